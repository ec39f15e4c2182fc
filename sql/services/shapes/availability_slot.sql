-- A time of the week at which a listing can be had or not, alone.
SELECT
    services_availability.id,
    services_availability.service_id,
    services_availability.day_of_week,
    services_availability.start_time,
    services_availability.end_time,
    services_availability.is_available,
    services_availability.created_at
FROM services_availability
