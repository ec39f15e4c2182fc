-- Delete verifications that have expired, the earliest first.
WITH expired_verifications AS (
    SELECT verification.id
    FROM verification
    WHERE verification.expires_at <= coalesce(:now::timestamp, timezone('UTC', now()))
    ORDER BY
        verification.expires_at ASC,
        verification.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM verification
USING expired_verifications
WHERE verification.id = expired_verifications.id
