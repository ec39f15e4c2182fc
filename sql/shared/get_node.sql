-- A node, first, and all replies below it, oldest first. Served by the primary key and the index on parent_id.
-- cost: each reply that is not approved, or of another status, is read too.
-- uses: $node
-- names: status
WITH RECURSIVE thread AS (
    SELECT node.id
    FROM node
    WHERE node.id = :id
    UNION
    SELECT reply.id
    FROM thread
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT node.id
            FROM node
            WHERE
                node.parent_id = thread.id
                AND node.id <> :id
                AND coalesce(node.status = :status, FALSE) -- when $status and :status
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
)

SELECT node.*
FROM node
WHERE node.id = any(array(SELECT thread.id FROM thread LIMIT :limit)) -- noqa: AM09
ORDER BY
    node.id = :id DESC,
    node.created_at ASC,
    node.id ASC
