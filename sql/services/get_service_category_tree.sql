-- All categories, or one with those below it, by sort_order, slug, id, to be linked to trees. Few enough to be read without an index.
-- uses: services/category
WITH RECURSIVE chosen AS (
    SELECT
        top.id,
        0 AS depth
    FROM services_categories AS top
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
    INNER JOIN services_categories AS child ON chosen.id = child.parent_id
    WHERE
        child.slug IS DISTINCT FROM :top
        AND chosen.depth < coalesce(:depth::integer, 1000000)
),

below AS (
    SELECT
        services_categories.id AS above_id,
        services_categories.id
    FROM services_categories
    UNION
    SELECT
        below.above_id,
        child.id
    FROM below
    INNER JOIN services_categories AS child ON below.id = child.parent_id
),

counted AS (
    SELECT
        below.above_id,
        count(*) AS listing_count
    FROM below
    INNER JOIN services_listings ON below.id = services_listings.category_id
    WHERE
        services_listings.status = 'active'
        AND services_listings.is_active
        AND services_listings.deleted_at IS NULL
    GROUP BY below.above_id
)

SELECT
    services_category.*,
    coalesce(
        (
            SELECT counted.listing_count
            FROM counted
            WHERE counted.above_id = services_category.id
        ),
        0
    ) AS listing_count
FROM services_category
WHERE
    TRUE
    AND services_category.id IN (SELECT chosen.id FROM chosen) -- when :top
    AND services_category.id IN (SELECT chosen.id FROM chosen) -- when :depth
ORDER BY
    services_category.sort_order,
    services_category.slug,
    services_category.id
