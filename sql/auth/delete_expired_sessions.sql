-- Delete sessions that have expired, the earliest first. Served by the index on expires_at and id, then the primary key.
WITH expired AS (
    SELECT session.id
    FROM session
    WHERE session.expires_at <= coalesce(:now::timestamp, timezone('UTC', now()))
    ORDER BY
        session.expires_at ASC,
        session.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM session
WHERE session.id = any(array(SELECT expired.id FROM expired))
