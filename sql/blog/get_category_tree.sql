-- All categories, or one with those below it, by slug, id, to be linked to trees. Few enough to be read without another index.
-- uses: blog/category
WITH RECURSIVE chosen AS (
    SELECT
        top.id,
        0 AS depth
    FROM blog_categories AS top
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
    INNER JOIN blog_categories AS child ON chosen.id = child.parent_id
    WHERE
        child.slug IS DISTINCT FROM :top
        AND chosen.depth < coalesce(:depth::integer, 1000000)
),

below AS (
    SELECT
        blog_categories.id AS above_id,
        blog_categories.id
    FROM blog_categories
    UNION
    SELECT
        below.above_id,
        child.id
    FROM below
    INNER JOIN blog_categories AS child ON below.id = child.parent_id
),

counted AS (
    SELECT
        below.above_id,
        count(DISTINCT blog_posts.id) AS post_count
    FROM below
    INNER JOIN blog_post_categories ON below.id = blog_post_categories.category_id
    INNER JOIN blog_posts ON blog_post_categories.post_id = blog_posts.id
    WHERE
        blog_posts.status = 'published'
        AND blog_posts.deleted_at IS NULL
    GROUP BY below.above_id
)

SELECT
    blog_category.*,
    coalesce(
        (
            SELECT counted.post_count
            FROM counted
            WHERE counted.above_id = blog_category.id
        ),
        0
    ) AS post_count
FROM blog_category
WHERE
    TRUE
    AND blog_category.id IN (SELECT chosen.id FROM chosen) -- when :top
    AND blog_category.id IN (SELECT chosen.id FROM chosen) -- when :depth
ORDER BY
    blog_category.slug,
    blog_category.id
