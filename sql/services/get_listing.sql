-- One listing by its slug, or none. Served by the unique index on slug.
-- uses: services/listing
SELECT services_listing.*
FROM services_listing
WHERE services_listing.slug = :slug
