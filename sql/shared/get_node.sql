-- A node, first, and all replies below it, oldest first. Served by the primary key and the index on parent_id.
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
            SELECT
                node.id,
                node.status
            FROM node
            WHERE
                node.parent_id = thread.id
                AND node.id <> :id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE
        TRUE
        AND reply.status = :status -- when $status and :status
)

SELECT node.*
FROM node
WHERE node.id = any(array(SELECT thread.id FROM thread LIMIT :limit)) -- noqa: AM09
ORDER BY
    node.id = :id DESC,
    node.created_at ASC,
    node.id ASC
