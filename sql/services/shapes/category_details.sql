-- A category with its featured image, its parent, its children and its listings.
-- uses: services/category, services/listing
SELECT
    services_category.*,
    (
        SELECT to_json(parent.*)
        FROM services_category AS parent
        WHERE parent.id = services_category.parent_id
    ) AS parent,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.sort_order, shown.slug, shown.id), '[]')
        FROM (
            SELECT child.*
            FROM services_category AS child
            WHERE child.parent_id = services_category.id
            ORDER BY
                child.sort_order,
                child.slug,
                child.id
            LIMIT 100
        ) AS shown
    ) AS children,
    cardinality(array(
        SELECT 1
        FROM services_category AS child
        WHERE child.parent_id = services_category.id
        LIMIT 1000 -- noqa: AM09
    )) AS child_count,
    (
        SELECT
            coalesce(
                json_agg(services_listing.* ORDER BY services_listing.created_at DESC, services_listing.id DESC),
                '[]'
            )
        FROM services_listing
        WHERE services_listing.category_id = services_category.id
    ) AS listings
FROM services_category
