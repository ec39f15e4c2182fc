-- A node, first, and the replies below it, oldest first; hidden ones only above shown ones. Served by the primary key and the index on parent_id.
-- cost: each hidden node below it is read, in up to five blocks, down to the depth.
-- uses: $shown, $node
WITH RECURSIVE subtree AS (
    SELECT
        top.id,
        top.parent_id,
        top.is_hidden,
        0 AS depth
    FROM node AS top
    WHERE top.id = :id
    UNION ALL
    SELECT
        reply.id,
        reply.parent_id,
        reply.is_hidden,
        subtree.depth + 1 AS depth
    FROM subtree
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                node.id,
                node.parent_id,
                node.is_hidden
            FROM node
            WHERE
                node.parent_id = subtree.id
                AND node.id <> :id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE
        TRUE
        AND subtree.depth < :depth::integer -- when :depth
),

kept AS (
    (
        SELECT
            subtree.id,
            subtree.parent_id
        FROM subtree
        WHERE
            NOT subtree.is_hidden
            OR :with_hidden::boolean -- when :with_hidden
            OR ( -- when :depth
                subtree.depth = :depth::integer -- when :depth
                AND EXISTS ( -- when :depth
                    SELECT shown.id -- when :depth
                    FROM shown -- when :depth
                    WHERE shown.id = subtree.id -- when :depth
                ) -- when :depth
            ) -- when :depth
        LIMIT :limit -- noqa: AM09
    )
    UNION
    SELECT
        parent.id,
        parent.parent_id
    FROM kept
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                node.id,
                node.parent_id
            FROM node
            WHERE
                node.id = kept.parent_id
                AND node.is_hidden
            LIMIT 1 -- noqa: AM09
        ) AS parent
    WHERE kept.id <> :id
)

SELECT node.*
FROM node
WHERE node.id = any(array(SELECT kept.id FROM kept))
ORDER BY
    node.id <> :id,
    node.created_at,
    node.id
