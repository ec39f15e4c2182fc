-- Change the status of a booking, from one that it may follow, and return the booking.
-- uses: services/booked_time
SELECT services_bookings.id
FROM services_bookings
WHERE services_bookings.id = :id
FOR UPDATE;

SELECT refuse_command('state', services_bookings.status)
FROM services_bookings
WHERE
    services_bookings.id = :id
    AND (services_bookings.status, :status::text) NOT IN (
        ('pending', 'confirmed'),
        ('pending', 'cancelled_by_client'),
        ('pending', 'cancelled_by_provider'),
        ('confirmed', 'completed'),
        ('confirmed', 'no_show'),
        ('confirmed', 'cancelled_by_client'),
        ('confirmed', 'cancelled_by_provider')
    );

SELECT refuse_command(CASE WHEN services_booked_time.starts_at IS NULL THEN 'unclear_booking' ELSE 'too_late' END)
FROM services_bookings
INNER JOIN services_booked_time ON services_bookings.id = services_booked_time.id
INNER JOIN services_listings ON services_bookings.service_id = services_listings.id
WHERE
    services_bookings.id = :id
    AND services_bookings.status = 'confirmed'
    AND :status::text = 'cancelled_by_client'
    AND services_listings.cancellation_hours IS NOT NULL
    AND (
        services_booked_time.starts_at
        < :now::timestamp + make_interval(hours => greatest(services_listings.cancellation_hours, 0))
    ) IS NOT FALSE;

UPDATE services_bookings
SET
    provider_response = :provider_response, -- when :provider_response
    status = :status::text,
    cancelled_at = CASE
        WHEN :status::text IN ('cancelled_by_client', 'cancelled_by_provider') THEN timezone('UTC', statement_timestamp())
        ELSE services_bookings.cancelled_at
    END,
    completed_at = CASE
        WHEN :status::text = 'completed' THEN timezone('UTC', statement_timestamp())
        ELSE services_bookings.completed_at
    END,
    updated_at = timezone('UTC', statement_timestamp())
WHERE services_bookings.id = :id
RETURNING services_bookings.*
