-- The rows that a shape chooses, by slug, id. Served by the unique index on slug.
-- cost: each row before the last one shown that a filter leaves out is read, in up to two blocks.
-- uses: $chosen
SELECT
    chosen.*,
    json_build_array(chosen.slug, chosen.id)::text AS cursor
FROM chosen
WHERE
    TRUE
    AND (chosen.slug, chosen.id) > (:after::json ->> 0, :after::json ->> 1) -- when :after
ORDER BY
    chosen.slug,
    chosen.id
LIMIT :limit
