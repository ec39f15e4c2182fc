-- When a booking, pending or confirmed, takes a place of its listing: day and starts_at are NULL where the text is no date or time.
-- uses: services/dated_booking
SELECT
    services_dated_booking.id,
    services_dated_booking.service_id,
    services_dated_booking.booking_date,
    services_dated_booking.duration_minutes,
    services_dated_booking.day,
    services_dated_booking.day + (
        regexp_match(
            services_dated_booking.booking_time,
            '^\s*((?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?|24:00(?::00(?:\.0+)?)?)\s*$'
        )
    )[1]::interval AS starts_at
FROM services_dated_booking
WHERE services_dated_booking.status IN ('pending', 'confirmed')
