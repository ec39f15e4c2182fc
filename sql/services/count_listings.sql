-- How many listings there are. Served by the indexes on the filters' columns.
-- A category's subtree is compared as an array: the planner then finds its listings by the index on category_id.
-- uses: services/listing, services/category, services/translation, blog/organization
WITH RECURSIVE category_subtree AS (
    SELECT services_category.id
    FROM services_category
    WHERE services_category.slug = :category
    UNION
    SELECT services_category.id
    FROM category_subtree
    INNER JOIN services_category ON category_subtree.id = services_category.parent_id
),

chosen_organization AS (
    SELECT blog_organization.id
    FROM blog_organization
    WHERE blog_organization.slug = :organization
),

chosen_translation AS (
    SELECT services_translation.service_id
    FROM services_translation
    WHERE services_translation.in_language = :language
)

SELECT count(*) AS count
FROM (
    SELECT services_listing.id
    FROM services_listing
    WHERE
        TRUE
        AND services_listing.status = :status -- when :status
        AND services_listing.category_id = any(array(SELECT category_subtree.id FROM category_subtree)) -- when :category
        AND services_listing.organization_id = (SELECT chosen_organization.id FROM chosen_organization) -- when :organization
        AND services_listing.provider_id = :provider_id -- when :provider_id
        AND services_listing.price_type = :price_type -- when :price_type
        AND services_listing.is_featured = :is_featured::boolean -- when :is_featured
        AND services_listing.display_in_home = :display_in_home::boolean -- when :display_in_home
        AND services_listing.is_mobile = :is_mobile::boolean -- when :is_mobile
        AND services_listing.id IN (SELECT chosen_translation.service_id FROM chosen_translation) -- when :language
    LIMIT :at_most -- noqa: AM09
) AS counted
