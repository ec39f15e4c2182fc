-- Create a time of the week of a listing and give it back.
INSERT INTO services_availability (
    id,
    service_id,
    day_of_week,
    start_time,
    end_time,
    is_available,
    created_at
) VALUES (
    :id,
    :service_id,
    :day_of_week,
    :start_time,
    :end_time,
    :is_available,
    timezone('UTC', now())
)
RETURNING services_availability.*
