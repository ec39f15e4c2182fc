-- Delete verifications that have expired, the earliest first. Served by the index on expires_at and id, then the primary key.
WITH expired AS (
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
WHERE verification.id = any(array(SELECT expired.id FROM expired))
