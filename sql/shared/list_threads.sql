-- All nodes of a thread, oldest first, to be linked to trees. Served by the index on subject_id, created_at, id.
-- cost: each node of the thread that is not approved is read too.
-- uses: $node
-- names: subject_id
SELECT node.*
FROM node
WHERE
    node.subject_id = :subject_id
    AND node.status = :status -- when :status
ORDER BY
    node.created_at,
    node.id
LIMIT :limit
