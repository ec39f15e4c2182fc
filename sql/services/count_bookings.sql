-- How many bookings there are, each with the day that its date means. Served by the indexes that serve the list.
-- uses: services/dated_booking
SELECT count(*) AS count
FROM (
    SELECT dated.status
    FROM ( -- noqa: ST05
        SELECT
            services_dated_booking.service_id,
            services_dated_booking.customer_id,
            services_dated_booking.provider_id,
            services_dated_booking.booking_date,
            services_dated_booking.status,
            services_dated_booking.day
        FROM services_dated_booking
        WHERE
            services_dated_booking.booking_date >= '0'
            AND services_dated_booking.booking_date >= :from_date -- when :from_date
            AND services_dated_booking.booking_date <= left(:to_date, 4) || 'Z' -- when :to_date
        UNION ALL
        SELECT
            services_dated_booking.service_id,
            services_dated_booking.customer_id,
            services_dated_booking.provider_id,
            services_dated_booking.booking_date,
            services_dated_booking.status,
            services_dated_booking.day
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
    LIMIT :at_most -- noqa: AM09
) AS counted
