-- The category that a list asks for and those below it, which some lists ask for by subtree. Served by the indexes on slug and on parent_id.
-- uses: $node
-- names: subtree
SELECT wanted.id
FROM (
    WITH RECURSIVE below AS (
        SELECT node.id
        FROM node
        WHERE node.slug = :category
        UNION
        SELECT child.id
        FROM below
        CROSS JOIN
            LATERAL ( -- noqa: ST05
                SELECT node.id
                FROM node
                WHERE node.parent_id = below.id
                OFFSET 0 -- noqa: AM09
            ) AS child
        WHERE :subtree::boolean -- when $subtree
    )

    SELECT below.id
    FROM below
) AS wanted
