-- Change what is given of a time of the week and give it back.
UPDATE services_availability
SET
    day_of_week = :day_of_week, -- when :day_of_week
    start_time = :start_time, -- when :start_time
    end_time = :end_time, -- when :end_time
    is_available = :is_available, -- when :is_available
    id = services_availability.id
WHERE services_availability.id = :id
RETURNING
    services_availability.id,
    services_availability.service_id,
    services_availability.day_of_week,
    services_availability.start_time,
    services_availability.end_time,
    services_availability.is_available,
    services_availability.created_at
