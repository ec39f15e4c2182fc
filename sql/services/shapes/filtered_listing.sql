-- A listing that the filters of list_listings choose by its own columns, but for the category.
-- uses: services/listing, blog/organization
SELECT services_listing.*
FROM services_listing
WHERE
    TRUE
    AND services_listing.status = :status -- when :status
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
