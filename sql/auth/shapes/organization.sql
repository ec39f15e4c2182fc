-- An organization, alone: what other shapes point to.
SELECT
    organization.id,
    organization.name,
    organization.slug,
    organization.logo,
    organization.created_at,
    organization.metadata
FROM organization
