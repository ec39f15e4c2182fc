-- A time of the week of a listing, from midnight on: opens_at and closes_at are NULL if the stored text is not a time.
SELECT
    services_availability.id,
    services_availability.service_id,
    services_availability.day_of_week,
    services_availability.start_time,
    services_availability.is_available,
    written.opens_at,
    -- An end that is not after the start is that of the next day.
    written.closes_at + CASE
        WHEN written.closes_at <= written.opens_at THEN '24:00'::interval
        WHEN written.closes_at > written.opens_at THEN '00:00'::interval
    END AS closes_at
FROM services_availability
CROSS JOIN
    LATERAL ( -- noqa: ST05
        SELECT
            (
                regexp_match(
                    services_availability.start_time,
                    '^\s*((?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?|24:00(?::00(?:\.0+)?)?)\s*$'
                )
            )[1]::interval AS opens_at,
            (
                regexp_match(
                    services_availability.end_time,
                    '^\s*((?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?|24:00(?::00(?:\.0+)?)?)\s*$'
                )
            )[1]::interval AS closes_at
    ) AS written
