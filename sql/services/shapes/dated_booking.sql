-- A booking with the day that its date means, however it is written: NULL where the text is no date.
SELECT
    services_bookings.id,
    services_bookings.service_id,
    services_bookings.customer_id,
    services_bookings.provider_id,
    services_bookings.booking_date,
    services_bookings.booking_time,
    services_bookings.duration_minutes,
    services_bookings.status,
    -- In a query of its own, so that the text is matched once.
    (
        SELECT
            -- The 30th of February would be in March.
            CASE
                WHEN
                    written.parts[3]::integer <= extract(
                        DAY FROM make_date(written.parts[1]::integer, written.parts[2]::integer, 1) + '1 month - 1 day'::interval
                    )
                    THEN make_date(written.parts[1]::integer, written.parts[2]::integer, written.parts[3]::integer)
            END
        FROM
            regexp_match(
                services_bookings.booking_date,
                '^\s*((?!0000)[0-9]{4})-(0?[1-9]|1[0-2])-(0?[1-9]|[12][0-9]|3[01])(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00(?::?00)?)?)?\s*$'
            ) AS written (parts)
    ) AS day
FROM services_bookings
