-- When a booking, pending or confirmed, takes a place of its listing: starts_at is NULL where its date or time is none.
SELECT
    services_bookings.id,
    services_bookings.service_id,
    services_bookings.booking_date,
    services_bookings.duration_minutes,
    -- Written back, as the path takes month 00 for January; it gives no error, as a cast would, for what is no date.
    CASE
        WHEN
            services_bookings.booking_date || 'T' || services_bookings.booking_time || ':00'
            = jsonb_path_query_first(
                to_jsonb(services_bookings.booking_date || ' ' || services_bookings.booking_time),
                '$.datetime("YYYY-MM-DD HH24:MI")',
                '{}',
                TRUE
            ) #>> '{}'
            THEN (services_bookings.booking_date || ' ' || services_bookings.booking_time)::timestamp
    END AS starts_at
FROM services_bookings
WHERE services_bookings.status IN ('pending', 'confirmed')
