-- A category with its featured image, its parent, its children and its listings.
-- uses: services/category, services/medium, services/listing
SELECT
    services_categories.id,
    services_categories.slug,
    services_categories.name,
    services_categories.description,
    services_categories.icon,
    services_categories.featured_image_id,
    services_categories.parent_id,
    services_categories.sort_order,
    services_categories.display_in_home,
    services_categories.display_in_menu,
    services_categories.is_active,
    services_categories.is_featured,
    services_categories.seo_title,
    services_categories.seo_description,
    services_categories.created_at,
    services_categories.updated_at,
    (
        SELECT to_json(services_medium.*)
        FROM services_medium
        WHERE services_medium.id = services_categories.featured_image_id
    ) AS featured_image,
    (
        SELECT to_json(services_category.*)
        FROM services_category
        WHERE services_category.id = services_categories.parent_id
    ) AS parent,
    (
        SELECT
            coalesce(
                json_agg(
                    services_category.*
                    ORDER BY services_category.sort_order, services_category.slug, services_category.id
                ),
                '[]'
            )
        FROM services_category
        WHERE services_category.parent_id = services_categories.id
    ) AS children,
    (
        SELECT
            coalesce(
                json_agg(services_listing.* ORDER BY services_listing.created_at DESC, services_listing.id DESC),
                '[]'
            )
        FROM services_listing
        WHERE services_listing.category_id = services_categories.id
    ) AS listings
FROM services_categories
