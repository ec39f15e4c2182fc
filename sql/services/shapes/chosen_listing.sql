-- A listing that the filters of list_listings choose, for it and its count. A category's subtree is compared as an array: the planner
-- then finds its listings by the index on category_id.
-- uses: services/listing, services/category, services/translation, blog/organization
SELECT services_listing.*
FROM services_listing
WHERE
    TRUE
    AND services_listing.status = :status -- when :status
    AND services_listing.category_id = any( -- when :category
        array( -- when :category
            SELECT subtree.id -- when :category
            FROM ( -- when :category
                WITH RECURSIVE category_subtree AS ( -- when :category
                    SELECT services_category.id -- when :category
                    FROM services_category -- when :category
                    WHERE services_category.slug = :category -- when :category
                    UNION -- when :category
                    SELECT services_category.id -- when :category
                    FROM category_subtree -- when :category
                    INNER JOIN services_category ON category_subtree.id = services_category.parent_id -- when :category
                ) -- when :category

                SELECT category_subtree.id -- when :category
                FROM category_subtree -- when :category
            ) AS subtree -- when :category
        ) -- when :category
    ) -- when :category
    AND services_listing.organization_id = ( -- when :organization
        SELECT blog_organization.id -- when :organization
        FROM blog_organization -- when :organization
        WHERE blog_organization.slug = :organization -- when :organization
    ) -- when :organization
    AND services_listing.provider_id = :provider_id -- when :provider_id
    AND services_listing.price_type = :price_type -- when :price_type
    AND services_listing.is_featured = :is_featured::boolean -- when :is_featured
    AND services_listing.display_in_home = :display_in_home::boolean -- when :display_in_home
    AND services_listing.is_mobile = :is_mobile::boolean -- when :is_mobile
    AND services_listing.id IN ( -- when :language
        SELECT services_translation.service_id -- when :language
        FROM services_translation -- when :language
        WHERE services_translation.in_language = :language -- when :language
    ) -- when :language
