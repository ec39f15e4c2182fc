-- Change the given fields of a time of the week and return it.
-- uses: services/availability_slot, services/time_of_week
UPDATE services_availability
SET
    day_of_week = :day_of_week, -- when :day_of_week
    start_time = :start_time, -- when :start_time
    end_time = :end_time, -- when :end_time
    is_available = :is_available, -- when :is_available
    id = services_availability.id
WHERE services_availability.id = :id;

-- Another one that starts then, however another writer wrote it, is in the way as the unique key says.
UPDATE services_availability
SET start_time = other.start_time
FROM services_time_of_week AS changed
INNER JOIN services_time_of_week AS other
    ON
        changed.service_id = other.service_id
        AND changed.day_of_week = other.day_of_week
        AND changed.opens_at = other.opens_at
        AND changed.id <> other.id
WHERE
    services_availability.id = :id
    AND changed.id = :id;

SELECT services_availability_slot.*
FROM services_availability_slot
WHERE services_availability_slot.id = :id
