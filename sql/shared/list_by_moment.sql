-- The rows that a shape chooses after a cursor, newest first by its moment. Served by the indexes on the moment and id, alone or after a filter.
-- cost: some four blocks for each row before the last one that a filter leaves out; by author, category, language or slug_contains, up to all.
-- uses: $chosen
SELECT
    chosen.*,
    json_build_array(chosen.moment, chosen.id)::text AS cursor
FROM chosen
ORDER BY
    chosen.moment DESC,
    chosen.id DESC
LIMIT :limit
