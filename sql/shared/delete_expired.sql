-- Delete rows that have expired, the earliest first. Served by the index on expires_at and id, then the primary key.
-- names: items
WITH expired AS (
    SELECT items.id
    FROM items
    WHERE items.expires_at <= coalesce(:now::timestamp, timezone('UTC', now()))
    ORDER BY
        items.expires_at ASC,
        items.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM items
WHERE items.id = any(array(SELECT expired.id FROM expired))
