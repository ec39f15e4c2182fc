-- A category and those above it, the uppermost first. Served by the unique index on slug and the primary key.
-- uses: blog/category
WITH RECURSIVE climbed AS (
    SELECT
        blog_category.id,
        blog_category.parent_id,
        0 AS height
    FROM blog_category
    WHERE blog_category.slug = :slug
    UNION ALL
    SELECT
        parent.id,
        parent.parent_id,
        climbed.height + 1 AS height
    FROM climbed
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                blog_categories.id,
                blog_categories.parent_id
            FROM blog_categories
            WHERE blog_categories.id = climbed.parent_id
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

SELECT blog_category.*
FROM path
INNER JOIN blog_category ON path.id = blog_category.id
ORDER BY
    path.height DESC,
    blog_category.id ASC
