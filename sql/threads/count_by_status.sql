-- How many nodes of all threads have a status. Served by the index on status, created_at, id.
-- uses: $node
SELECT count(*) AS count
FROM (
    SELECT node.id
    FROM node
    WHERE node.status = :status
    LIMIT :at_most -- noqa: AM09
) AS counted
