-- A category with its featured image.
-- uses: services/medium
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
    ) AS featured_image
FROM services_categories
