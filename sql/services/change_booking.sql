-- Change the given fields of a booking and return it.
UPDATE services_bookings
SET
    customer_message = :customer_message, -- when :customer_message
    provider_response = :provider_response, -- when :provider_response
    updated_at = timezone('UTC', statement_timestamp())
WHERE services_bookings.id = :id
RETURNING services_bookings.*
