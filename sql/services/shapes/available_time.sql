-- When on a day of the week a listing can be had, from midnight on: opens_at and closes_at are NULL where they are no time.
SELECT
    services_availability.service_id,
    services_availability.day_of_week,
    CASE
        WHEN services_availability.start_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
            THEN services_availability.start_time::interval
    END AS opens_at,
    CASE
        WHEN services_availability.end_time ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
            THEN services_availability.end_time::interval
    END AS closes_at
FROM services_availability
WHERE services_availability.is_available
