-- Bookings by date and time as they are written. Served by the calendar indexes on service_id, customer_id and provider_id, or that on status.
-- cost: with filters, all bookings that one of them chooses in front of it, but for those before `from_date`.
-- uses: services/booking_details, services/chosen_booking
SELECT
    services_booking_details.*,
    json_build_array(chosen.booking_date, chosen.booking_time, chosen.id)::text AS cursor
FROM services_chosen_booking AS chosen
INNER JOIN services_booking_details ON services_booking_details.id = any(ARRAY[chosen.id])
WHERE
    TRUE
    AND (chosen.booking_date, chosen.booking_time, chosen.id) > (:after::json ->> 0, :after::json ->> 1, :after::json ->> 2) -- when :after
ORDER BY
    chosen.booking_date,
    chosen.booking_time,
    chosen.id
LIMIT :limit
