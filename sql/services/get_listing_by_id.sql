-- One listing by its id, or none. Served by the primary key.
-- uses: services/listing
SELECT services_listing.*
FROM services_listing
WHERE services_listing.id = :id
