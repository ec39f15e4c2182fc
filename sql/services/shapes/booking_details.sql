-- A booking with its service and its people.
-- uses: services/booking, services/listing
SELECT
    services_booking.*,
    (
        SELECT to_json(services_listing.*)
        FROM services_listing
        WHERE services_listing.id = services_booking.service_id
    ) AS service
FROM services_booking
