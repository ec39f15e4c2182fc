-- A listing that ListListings chooses by its own columns, after its cursor; `fits` says if the other filters do, looked up, which OFFSET ensures.
-- uses: services/listing, blog/organization, services/chosen_category, services/translation
SELECT
    services_listing.*,
    services_listing.created_at AS moment,
    -- noqa: disable=AM09
    (
        TRUE
        AND services_listing.category_id IN (SELECT services_chosen_category.id FROM services_chosen_category) -- when :category
        AND EXISTS ( -- when :language
            SELECT services_translation.service_id -- when :language
            FROM services_translation -- when :language
            WHERE -- when :language
                services_translation.service_id = services_listing.id -- when :language
                AND services_translation.in_language = :language -- when :language
            OFFSET 0 -- when :language
        ) -- when :language
    ) AS fits
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
    AND (services_listing.created_at, services_listing.id) -- when :after
    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
