-- A booking that the filters of list_bookings choose, for it and its count. Whatever its form, a date is filtered as the day that it
-- means. A day after another is a later text too, and those of a year are before the next year, but for blanks before a date.
-- uses: services/dated_booking
SELECT
    dated.id,
    dated.booking_date,
    dated.booking_time
FROM ( -- noqa: ST05
    (
        SELECT services_dated_booking.*
        FROM services_dated_booking
        WHERE
            services_dated_booking.booking_date >= '0'
            AND services_dated_booking.booking_date >= :from_date -- when :from_date
            AND services_dated_booking.booking_date <= left(:to_date, 4) || 'Z' -- when :to_date
        ORDER BY
            services_dated_booking.booking_date,
            services_dated_booking.booking_time,
            services_dated_booking.id
    )
    UNION ALL
    SELECT services_dated_booking.*
    FROM services_dated_booking
    WHERE services_dated_booking.booking_date < '0'
) AS dated
WHERE
    TRUE
    AND dated.service_id = :service_id -- when :service_id
    AND dated.customer_id = :customer_id -- when :customer_id
    AND dated.provider_id = :provider_id -- when :provider_id
    AND dated.status = :status -- when :status
    AND dated.day >= :from_date::date -- when :from_date
    AND dated.day <= :to_date::date -- when :to_date
