-- A time of the week of a listing that is active, unless others are asked for, on one day where that is asked for.
-- uses: services/availability_slot, services/readable_listing
SELECT services_availability_slot.*
FROM services_availability_slot
INNER JOIN services_readable_listing ON services_availability_slot.service_id = services_readable_listing.id
WHERE
    TRUE
    AND services_availability_slot.day_of_week = :day_of_week -- when :day_of_week
