-- An organization, without relations, for use in other shapes.
SELECT
    organization.id,
    organization.name,
    organization.slug,
    organization.logo,
    organization.created_at,
    organization.metadata
FROM organization
