-- All categories, or one with those below it, by rank, slug, id, to be linked to trees. Few enough to be read without another index.
-- uses: $category, $item
-- names: rank, item_count
WITH RECURSIVE chosen AS (
    SELECT
        top.id,
        0 AS depth
    FROM category AS top
    WHERE
        CASE
            WHEN :top::text IS NULL THEN top.parent_id IS NULL
            ELSE top.slug = :top
        END
    UNION ALL
    SELECT
        child.id,
        chosen.depth + 1 AS depth
    FROM chosen
    INNER JOIN category AS child ON chosen.id = child.parent_id
    WHERE
        child.slug IS DISTINCT FROM :top
        AND chosen.depth < coalesce(:depth::integer, 1000000)
),

below AS (
    SELECT
        category.id AS above_id,
        category.id
    FROM category
    UNION
    SELECT
        below.above_id,
        child.id
    FROM below
    INNER JOIN category AS child ON below.id = child.parent_id
),

counted AS (
    SELECT
        below.above_id,
        count(DISTINCT item.id) AS item_count
    FROM below
    INNER JOIN item ON below.id = item.category_id
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
    AND category.id IN (SELECT chosen.id FROM chosen) -- when :top
    AND category.id IN (SELECT chosen.id FROM chosen) -- when :depth
ORDER BY
    category.rank,
    category.slug,
    category.id
