-- One translation by its id, with its listing, or none. Served by the primary key.
-- uses: services/translation, services/listing, services/readable_listing
SELECT
    services_translation.*,
    (
        SELECT to_json(services_listing.*)
        FROM services_listing
        WHERE services_listing.id = services_translation.service_id
    ) AS service
FROM services_translation
INNER JOIN services_readable_listing ON services_translation.service_id = services_readable_listing.id
WHERE services_translation.id = :id
