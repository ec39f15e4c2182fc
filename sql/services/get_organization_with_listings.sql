-- One organization by its slug, with its listings, newest first, or none. Served by the unique index on slug.
-- cost: each listing of it that visitors do not see is read, in one block.
-- uses: blog/organization, services/listing
SELECT
    blog_organization.*,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.created_at DESC, shown.id DESC), '[]')
        FROM (
            SELECT services_listing.*
            FROM services_listing
            WHERE services_listing.organization_id = blog_organization.id
            ORDER BY
                services_listing.created_at DESC,
                services_listing.id DESC
            LIMIT 100
        ) AS shown
    ) AS listings,
    cardinality(array(
        SELECT 1
        FROM services_listing
        WHERE services_listing.organization_id = blog_organization.id
        LIMIT 1000 -- noqa: AM09
    )) AS listing_count
FROM blog_organization
WHERE blog_organization.slug = :slug
