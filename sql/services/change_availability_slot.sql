-- Change what is given of a time of the week and give it back.
UPDATE services_availability
SET
    day_of_week = :day_of_week, -- when :day_of_week
    start_time = :start_time, -- when :start_time
    end_time = :end_time, -- when :end_time
    is_available = :is_available, -- when :is_available
    id = services_availability.id
WHERE services_availability.id = :id
RETURNING services_availability.*
