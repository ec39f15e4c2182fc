-- The rows that a shape chooses after a cursor, newest first by its moment. Served by the indexes on the moment and id, alone or after what
-- the shape filters by.
-- cost: by author, category, language or slug_contains, some four blocks for each of up to 1,000 rows; if more have it, 100 for each shown, or all.
-- uses: $chosen
SELECT
    chosen.*,
    json_build_array(chosen.moment, chosen.id)::text AS cursor
FROM chosen
ORDER BY
    chosen.moment DESC,
    chosen.id DESC
LIMIT :limit
