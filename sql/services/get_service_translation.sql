-- One translation by its id, with its listing, or none. Served by the primary key.
-- uses: services/translation, services/listing
SELECT
    services_translation.*,
    (
        SELECT to_json(services_listing.*)
        FROM services_listing
        WHERE services_listing.id = services_translation.service_id
    ) AS service
FROM services_translation
WHERE services_translation.id = :id
