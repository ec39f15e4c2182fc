-- When a booking, pending or confirmed, takes a place of its listing: day and starts_at are NULL where the text is no date or time.
SELECT
    calendar.id,
    calendar.service_id,
    calendar.booking_date,
    calendar.duration_minutes,
    calendar.day,
    calendar.day + (
        regexp_match(
            calendar.booking_time,
            '^\s*((?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?|24:00(?::00(?:\.0+)?)?)\s*$'
        )
    )[1]::interval AS starts_at
FROM (
    SELECT
        written.id,
        written.service_id,
        written.booking_date,
        written.booking_time,
        written.duration_minutes,
        -- The 30th of February would be in March.
        CASE
            WHEN
                written.parts[3]::integer <= extract(
                    DAY FROM make_date(written.parts[1]::integer, written.parts[2]::integer, 1) + '1 month - 1 day'::interval
                )
                THEN make_date(written.parts[1]::integer, written.parts[2]::integer, written.parts[3]::integer)
        END AS day
    FROM (
        SELECT
            services_bookings.id,
            services_bookings.service_id,
            services_bookings.booking_date,
            services_bookings.booking_time,
            services_bookings.duration_minutes,
            regexp_match(
                services_bookings.booking_date,
                '^\s*((?!0000)[0-9]{4})-(0?[1-9]|1[0-2])-(0?[1-9]|[12][0-9]|3[01])(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00(?::?00)?)?)?\s*$'
            ) AS parts
        FROM services_bookings
        WHERE services_bookings.status IN ('pending', 'confirmed')
    ) AS written
) AS calendar
