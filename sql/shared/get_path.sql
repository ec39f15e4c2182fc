-- The node with this key and those above it, the uppermost first. Served by the indexes of the key and of id.
-- cost: of a hidden node, each hidden one below it is read, in some four blocks, until one is shown.
-- uses: $start, $node
-- names: key
WITH RECURSIVE climbed AS (
    SELECT
        start.id,
        start.parent_id,
        0 AS height
    FROM start
    WHERE start.key = :key
    UNION ALL
    SELECT
        parent.id,
        parent.parent_id,
        climbed.height + 1 AS height
    FROM climbed
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                node.id,
                node.parent_id
            FROM node
            WHERE node.id = climbed.parent_id
            LIMIT 1 -- noqa: AM09
        ) AS parent
    WHERE climbed.height < 10000
),

path AS (
    SELECT
        climbed.id,
        min(climbed.height) AS height
    FROM climbed
    GROUP BY climbed.id
)

SELECT step.*
FROM path
CROSS JOIN
    LATERAL ( -- noqa: ST05
        SELECT node.*
        FROM node
        WHERE node.id = path.id
        LIMIT 1 -- noqa: AM09
    ) AS step
ORDER BY
    path.height DESC,
    step.id ASC
