-- Change the given fields of an organization and return it.
UPDATE organization
SET
    name = :name, -- when :name
    slug = :slug, -- when :slug
    logo = :logo, -- when :logo
    metadata = :metadata, -- when :metadata
    id = organization.id
WHERE organization.id = :id
RETURNING organization.*
