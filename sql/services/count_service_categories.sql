-- How many categories there are. Few enough to be read without an index.
-- uses: services/category
WITH chosen_parent AS (
    SELECT services_category.id
    FROM services_category
    WHERE services_category.slug = :parent
)

SELECT count(*) AS count
FROM (
    SELECT services_category.id
    FROM services_category
    WHERE
        TRUE
        AND services_category.parent_id = (SELECT chosen_parent.id FROM chosen_parent) -- when :parent
        AND services_category.display_in_menu = :display_in_menu::boolean -- when :display_in_menu
        AND services_category.display_in_home = :display_in_home::boolean -- when :display_in_home
        AND services_category.is_active = :is_active::boolean -- when :is_active
        AND services_category.is_featured = :is_featured::boolean -- when :is_featured
    LIMIT :at_most -- noqa: AM09
) AS counted
