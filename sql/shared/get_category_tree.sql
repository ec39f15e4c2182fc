-- All categories, or one with those below it, by rank, slug, id, to be linked to trees. Few enough to be read without another index.
-- uses: $category, $item
-- names: rank, item_count
WITH RECURSIVE chosen AS (
    SELECT
        top.id,
        0 AS depth
    FROM category AS top
    WHERE
        (:top::text IS NOT NULL OR top.parent_id IS NULL)
        AND top.slug = :top -- when :top
    UNION ALL
    SELECT
        child.id,
        chosen.depth + 1 AS depth
    FROM chosen
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT category.id
            FROM category
            WHERE
                category.parent_id = chosen.id
                AND category.slug IS DISTINCT FROM :top
            -- One lookup for each, here and below: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS child
    WHERE chosen.depth < coalesce(:depth::integer, 1000000)
),

below AS (
    SELECT
        category.id AS above_id,
        category.id
    FROM category
    WHERE
        TRUE
        AND category.id = any(array(SELECT chosen.id FROM chosen)) -- when :top or :depth
    UNION
    SELECT
        below.above_id,
        child.id
    FROM below
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT category.id
            FROM category
            WHERE category.parent_id = below.id
            OFFSET 0 -- noqa: AM09
        ) AS child
),

counted AS (
    SELECT
        below.above_id,
        count(DISTINCT found.id) AS item_count
    FROM below
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT item.id
            FROM item
            WHERE item.category_id = below.id
            OFFSET 0 -- noqa: AM09
        ) AS found
    GROUP BY below.above_id
)

SELECT
    category.*,
    coalesce(
        (
            SELECT counted.item_count
            FROM counted
            WHERE counted.above_id = category.id
        ),
        0
    ) AS item_count
FROM category
WHERE
    TRUE
    AND category.id = any(array(SELECT chosen.id FROM chosen)) -- when :top or :depth
ORDER BY
    category.rank,
    category.slug,
    category.id
