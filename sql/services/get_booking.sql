-- One booking by its id, or none. Served by the primary key.
-- uses: services/booking_details
SELECT services_booking_details.*
FROM services_booking_details
WHERE services_booking_details.id = :id
