-- The nodes of a thread, oldest first, to be linked to trees. Hidden nodes are left out, unless one below them is shown. A depth counts
-- from the nodes without a parent. Served by the indexes on subject_id, created_at, id and, with a depth, on the roots and on parent_id.
-- cost: each hidden node of the thread is read, in up to seven blocks, down to the depth; a page of it reads a part.
-- uses: $shown, $node
-- names: subject_id
WITH RECURSIVE leveled AS (
    (
        SELECT
            node.id,
            node.parent_id,
            node.is_hidden,
            0 AS depth
        FROM node
        WHERE
            node.subject_id = :subject_id
            AND node.parent_id IS NULL
        ORDER BY
            node.created_at,
            node.id
    )
    UNION ALL
    SELECT
        reply.id,
        reply.parent_id,
        reply.is_hidden,
        leveled.depth + 1 AS depth
    FROM leveled
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                node.id,
                node.parent_id,
                node.is_hidden
            FROM node
            WHERE node.parent_id = leveled.id AND node.subject_id = :subject_id
            ORDER BY
                node.created_at,
                node.id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE leveled.depth < :depth::integer
),

kept AS (
    (
        SELECT
            node.id,
            node.parent_id
        FROM node
        WHERE
            :depth::integer IS NULL
            AND node.subject_id = :subject_id
            AND (
                NOT node.is_hidden
                OR :with_hidden::boolean -- when :with_hidden
            )
        ORDER BY
            node.created_at,
            node.id
        LIMIT :limit
    )
    UNION ALL
    (
        SELECT
            leveled.id,
            leveled.parent_id
        FROM leveled
        WHERE
            :depth::integer IS NOT NULL
            AND (
                NOT leveled.is_hidden
                OR :with_hidden::boolean -- when :with_hidden
                OR (
                    leveled.depth = :depth::integer
                    AND EXISTS (
                        SELECT shown.id
                        FROM shown
                        WHERE shown.id = leveled.id
                    )
                )
            )
        LIMIT :limit -- noqa: AM09
    )
),

climbed AS (
    SELECT
        kept.id,
        kept.parent_id
    FROM kept
    UNION
    SELECT
        parent.id,
        parent.parent_id
    FROM climbed
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                node.id,
                node.parent_id
            FROM node
            WHERE
                node.id = climbed.parent_id
                AND node.subject_id = :subject_id
                AND node.is_hidden
            LIMIT 1 -- noqa: AM09
        ) AS parent
)

SELECT node.*
FROM node
WHERE node.id = any(array(SELECT climbed.id FROM climbed))
ORDER BY
    node.created_at,
    node.id
