-- How many nodes of all threads have a status. Served by the index on status, created_at, id.
-- uses: $node
SELECT count(*) AS count
FROM (
    SELECT node.id
    FROM node
    WHERE node.status = :status
    ORDER BY node.created_at, node.id -- so that a generic plan reads the index, not the table, for a rare status
    LIMIT :at_most -- noqa: AM09
) AS counted
