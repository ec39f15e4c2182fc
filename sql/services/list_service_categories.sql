-- Categories by sort_order, slug, id. Few enough to be read and sorted without an index.
-- uses: services/category_details, services/category
WITH chosen_parent AS (
    SELECT services_category.id
    FROM services_category
    WHERE services_category.slug = :parent
)

SELECT services_category_details.*
FROM services_category_details
WHERE
    TRUE
    AND services_category_details.parent_id = (SELECT chosen_parent.id FROM chosen_parent) -- when :parent
    AND services_category_details.display_in_menu = :display_in_menu::boolean -- when :display_in_menu
    AND services_category_details.display_in_home = :display_in_home::boolean -- when :display_in_home
    AND services_category_details.is_active = :is_active::boolean -- when :is_active
    AND services_category_details.is_featured = :is_featured::boolean -- when :is_featured
ORDER BY
    services_category_details.sort_order,
    services_category_details.slug,
    services_category_details.id
