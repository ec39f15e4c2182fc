-- The nodes of one status, of all threads, oldest first. Served by the index on status, created_at, id.
-- uses: $node
SELECT
    node.*,
    json_build_array(node.created_at, node.id)::text AS cursor
FROM node
WHERE
    node.status = :status
    AND (node.created_at, node.id) > ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    node.created_at,
    node.id
LIMIT :limit
