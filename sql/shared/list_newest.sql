-- The rows that a shape chooses, all or those with one key, newest first. Served by the indexes on the key or a filter, created_at and id.
-- cost: each row before the last one shown that a filter, or a hidden post or listing, leaves out is read, in up to four blocks.
-- uses: $chosen
-- names: key
SELECT
    chosen.*,
    json_build_array(chosen.created_at, chosen.id)::text AS cursor
FROM chosen
WHERE
    TRUE
    AND chosen.key = :key -- when $key
    AND (chosen.created_at, chosen.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    chosen.created_at DESC,
    chosen.id DESC
LIMIT :limit
