-- How many bookings there are. Served by the calendar indexes on service_id, customer_id and provider_id, or that on status.
-- uses: services/booking
SELECT count(*) AS count
FROM services_booking
WHERE
    TRUE
    AND services_booking.service_id = :service_id -- when :service_id
    AND services_booking.customer_id = :customer_id -- when :customer_id
    AND services_booking.provider_id = :provider_id -- when :provider_id
    AND services_booking.status = :status -- when :status
    AND services_booking.booking_date >= :from_date -- when :from_date
    AND services_booking.booking_date <= :to_date -- when :to_date
