-- One time of the week by its id, with its listing, or none. Served by the primary key.
-- uses: services/shown_availability_slot, services/listing
SELECT
    services_shown_availability_slot.*,
    (
        SELECT to_json(services_listing.*)
        FROM services_listing
        WHERE services_listing.id = services_shown_availability_slot.service_id
    ) AS service
FROM services_shown_availability_slot
WHERE services_shown_availability_slot.id = :id
