-- A listing's times of the week, from Sunday on. Served by the unique index on service_id, day_of_week, start_time.
-- uses: services/shown_availability_slot
SELECT services_shown_availability_slot.*
FROM services_shown_availability_slot
WHERE services_shown_availability_slot.service_id = :service_id
ORDER BY
    services_shown_availability_slot.day_of_week,
    services_shown_availability_slot.start_time,
    services_shown_availability_slot.id
