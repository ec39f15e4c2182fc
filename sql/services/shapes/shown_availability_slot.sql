-- A time of the week of a listing that is active, unless others are asked for.
-- uses: services/availability_slot, services/readable_listing
SELECT services_availability_slot.*
FROM services_availability_slot
INNER JOIN services_readable_listing ON services_availability_slot.service_id = services_readable_listing.id
