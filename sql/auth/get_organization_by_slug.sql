-- One organization by slug, or none. Served by the unique index on slug.
-- uses: auth/organization_details
SELECT auth_organization_details.*
FROM auth_organization_details
WHERE auth_organization_details.slug = :slug
