-- A booking with its people.
-- uses: auth/public_user
SELECT
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
    services_bookings.updated_at,
    (
        SELECT to_json(auth_public_user.*)
        FROM auth_public_user
        WHERE auth_public_user.id = services_bookings.customer_id
    ) AS customer,
    (
        SELECT to_json(auth_public_user.*)
        FROM auth_public_user
        WHERE auth_public_user.id = services_bookings.provider_id
    ) AS provider
FROM services_bookings
