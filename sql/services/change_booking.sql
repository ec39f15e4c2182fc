-- Change what is given of a booking and give it back.
UPDATE services_bookings
SET
    customer_message = :customer_message, -- when :customer_message
    provider_response = :provider_response, -- when :provider_response
    updated_at = timezone('UTC', now())
WHERE services_bookings.id = :id
RETURNING
    services_bookings.id,
    services_bookings.service_id,
    services_bookings.customer_id,
    services_bookings.provider_id,
    services_bookings.booking_date,
    services_bookings.booking_time,
    services_bookings.duration_minutes,
    services_bookings.total_price,
    services_bookings.currency,
    services_bookings.status,
    services_bookings.customer_message,
    services_bookings.provider_response,
    services_bookings.cancelled_at,
    services_bookings.completed_at,
    services_bookings.created_at,
    services_bookings.updated_at
