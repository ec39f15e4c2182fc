-- Delete sessions that have expired, the earliest first.
WITH expired_sessions AS (
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
USING expired_sessions
WHERE session.id = expired_sessions.id
