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
RETURNING
    services_availability.id,
    services_availability.service_id,
    services_availability.day_of_week,
    services_availability.start_time,
    services_availability.end_time,
    services_availability.is_available,
    services_availability.created_at
