-- The nodes of a thread, oldest first, to be linked to trees. Hidden nodes are left out, unless one below them is shown. A depth counts
-- from the nodes that reply to none of the thread. Served by the indexes on subject_id, created_at, id and on parent_id.
-- cost: the whole thread, whatever the depth; a page of it reads a part.
-- uses: $node
-- names: subject_id
WITH RECURSIVE kept AS (
    (
        SELECT
            node.id,
            node.parent_id
        FROM node
        WHERE
            node.subject_id = :subject_id
            AND (
                NOT node.is_hidden
                OR :with_hidden::boolean -- when :with_hidden
            )
        ORDER BY
            node.created_at,
            node.id
        LIMIT :limit
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
                AND node.subject_id = :subject_id
                AND node.is_hidden
            LIMIT 1 -- noqa: AM09
        ) AS parent
),

leveled AS (
    SELECT
        root.id,
        0 AS depth
    FROM node AS root
    WHERE
        root.subject_id = :subject_id
        AND NOT EXISTS (
            SELECT parent.id
            FROM node AS parent
            WHERE
                parent.id = root.parent_id
                AND parent.subject_id = :subject_id
            OFFSET 0 -- noqa: AM09
        )
    UNION ALL
    SELECT
        reply.id,
        leveled.depth + 1 AS depth
    FROM leveled
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT node.id
            FROM node
            WHERE
                node.parent_id = leveled.id
                AND node.subject_id = :subject_id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE leveled.depth < :depth::integer
)

SELECT node.*
FROM node
WHERE
    node.id = any(array(SELECT kept.id FROM kept))
    AND node.id IN (SELECT leveled.id FROM leveled) -- when :depth
ORDER BY
    node.created_at,
    node.id
