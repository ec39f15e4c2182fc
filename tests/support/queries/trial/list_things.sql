-- The things, by title. Served by the primary key.
SELECT
    things.title,
    things.size
FROM things
WHERE
    TRUE
    AND things.size = :size -- when :size
    AND things.size > :above -- when :above
    AND things.size < :below -- when :below
ORDER BY things.title
