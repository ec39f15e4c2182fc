-- One organization by id, or none. Served by the primary key.
-- uses: auth/organization_details
SELECT auth_organization_details.*
FROM auth_organization_details
WHERE auth_organization_details.id = :id
