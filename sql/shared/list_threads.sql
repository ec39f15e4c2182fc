-- All nodes of a thread, oldest first, to be linked to trees. Served by the indexes on subject_id, created_at, id, alone and with the status.
-- cost: of a hidden post or listing, each node is read.
-- uses: $node
-- names: subject_id
SELECT node.*
FROM node
WHERE
    node.subject_id = :subject_id
    AND (
        node.status = 'approved'
        OR :with_unpublished::boolean -- when :with_unpublished
    )
    AND node.status = :status -- when :status
ORDER BY
    node.created_at,
    node.id
LIMIT :limit
