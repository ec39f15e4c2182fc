-- Bookings by date and time. Served by the calendar indexes on service_id, customer_id and provider_id, or that on status.
-- uses: services/booking_details
SELECT
    services_booking_details.*,
    json_build_array(
        services_booking_details.booking_date,
        services_booking_details.booking_time,
        services_booking_details.id
    )::text AS cursor
FROM services_booking_details
WHERE
    TRUE
    AND services_booking_details.service_id = :service_id -- when :service_id
    AND services_booking_details.customer_id = :customer_id -- when :customer_id
    AND services_booking_details.provider_id = :provider_id -- when :provider_id
    AND services_booking_details.status = :status -- when :status
    AND services_booking_details.booking_date >= :from_date -- when :from_date
    AND services_booking_details.booking_date <= :to_date -- when :to_date
    AND (services_booking_details.booking_date, services_booking_details.booking_time, services_booking_details.id) -- when :after
    > (:after::json ->> 0, :after::json ->> 1, :after::json ->> 2) -- when :after
ORDER BY
    services_booking_details.booking_date,
    services_booking_details.booking_time,
    services_booking_details.id
LIMIT :limit
