-- A thing, locked, which a standby cannot do. Served by the primary key.
SELECT
    things.title,
    things.size
FROM things
WHERE things.title = :title
FOR UPDATE
