-- The rows that a shape chooses, by slug, id. Served by the unique index on slug.
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
