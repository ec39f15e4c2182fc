-- One time of the week by its id, with its listing, or none. Served by the primary key.
-- uses: services/availability_slot, services/listing
SELECT
    services_availability_slot.*,
    (
        SELECT to_json(services_listing.*)
        FROM services_listing
        WHERE services_listing.id = services_availability_slot.service_id
    ) AS service
FROM services_availability_slot
LEFT JOIN services_listings ON services_availability_slot.service_id = services_listings.id
WHERE
    services_availability_slot.id = :id
    AND (
        (services_listings.deleted_at IS NULL AND services_listings.status IS DISTINCT FROM 'deleted')
        OR :of_deleted::boolean -- when :of_deleted
    )
