-- One organization by its slug, with its listings, newest first, or none. Served by the unique index on slug.
-- uses: blog/organization, services/listing
SELECT
    blog_organization.*,
    (
        SELECT
            coalesce(
                json_agg(services_listing.* ORDER BY services_listing.created_at DESC, services_listing.id DESC),
                '[]'
            )
        FROM services_listing
        WHERE services_listing.organization_id = blog_organization.id
    ) AS listings
FROM blog_organization
WHERE blog_organization.slug = :slug
