-- A category and those above it, the uppermost first. Served by the unique index on slug and the primary key.
-- uses: services/category
WITH RECURSIVE climbed AS (
    SELECT
        services_category.id,
        services_category.parent_id,
        0 AS height
    FROM services_category
    WHERE services_category.slug = :slug
    UNION ALL
    SELECT
        parent.id,
        parent.parent_id,
        climbed.height + 1 AS height
    FROM climbed
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                services_categories.id,
                services_categories.parent_id
            FROM services_categories
            WHERE services_categories.id = climbed.parent_id
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

SELECT services_category.*
FROM path
INNER JOIN services_category ON path.id = services_category.id
ORDER BY
    path.height DESC,
    services_category.id ASC
