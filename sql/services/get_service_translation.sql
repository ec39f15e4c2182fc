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
LEFT JOIN services_listings ON services_translation.service_id = services_listings.id
WHERE
    services_translation.id = :id
    AND (
        (services_listings.deleted_at IS NULL AND services_listings.status IS DISTINCT FROM 'deleted')
        OR :of_deleted::boolean -- when :of_deleted
    )
