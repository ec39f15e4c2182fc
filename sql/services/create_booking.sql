-- Book a time of a listing, for as long as it lasts, and return the booking. Served by the calendar index on service_id.
-- cost: each booking of the listing that may overlap the time is read.
-- uses: services/time_of_week, services/booked_time

-- Whoever books this listing waits here, and those who insert a booking without this command wait with the others.
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :service_id
FOR UPDATE;

WITH slot AS MATERIALIZED (
    SELECT
        services_listings.id,
        services_listings.provider_id,
        services_listings.duration_minutes,
        services_listings.base_price,
        :booking_date::date AS day,
        services_listings.status = 'active'
        AND services_listings.is_active
        AND services_listings.deleted_at IS NULL AS is_active,
        coalesce(services_listings.max_participants, 1) AS places,
        :now::timestamp + make_interval(hours => greatest(services_listings.booking_advance_hours, 0)) AS earliest,
        :booking_date::date + :booking_time::time AS starts_at,
        :booking_date::date + :booking_time::time + make_interval(mins => services_listings.duration_minutes) AS ends_at
    FROM services_listings
    WHERE services_listings.id = :service_id
),

-- Bookings that may overlap: those that the longest duration lets reach so far, by an index, and those whose date has another form.
near_booking AS (
    SELECT services_booked_time.*
    FROM services_booked_time
    CROSS JOIN slot
    WHERE
        services_booked_time.service_id = :service_id
        AND services_booked_time.booking_date ~ '^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
        AND services_booked_time.booking_date >= (
            SELECT
                to_char(
                    greatest(slot.day - make_interval(mins => max(longest.duration_minutes)), '0001-01-01'),
                    'YYYY-MM-DD'
                )
            FROM services_bookings AS longest
            WHERE
                longest.service_id = :service_id
                AND longest.status IN ('pending', 'confirmed')
        )
        -- Z: with a time of day after the date, too.
        AND services_booked_time.booking_date <= to_char(least(slot.ends_at, '9999-12-31'), 'YYYY-MM-DD') || 'Z'
    UNION ALL
    SELECT services_booked_time.*
    FROM services_booked_time
    WHERE
        services_booked_time.service_id = :service_id
        AND services_booked_time.booking_date !~ '^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
),

open_booking AS MATERIALIZED (
    SELECT
        near_booking.starts_at,
        near_booking.starts_at + make_interval(mins => near_booking.duration_minutes) AS ends_at,
        near_booking.starts_at IS NULL
        AND coalesce(
            near_booking.day <= slot.ends_at
            AND near_booking.day + make_interval(days => 1, mins => near_booking.duration_minutes) > slot.starts_at,
            TRUE
        ) AS is_unclear
    FROM near_booking
    CROSS JOIN slot
    WHERE near_booking.duration_minutes > 0
),

-- The times at which the listing can be had, those that meet or overlap as one. As they come again each week, eight days tell.
opening AS (
    SELECT
        range_agg(
            tsrange(day.midnight + services_time_of_week.opens_at, day.midnight + services_time_of_week.closes_at)
        ) FILTER (WHERE services_time_of_week.closes_at IS NOT NULL) AS times,
        bool_or(services_time_of_week.closes_at IS NULL AND day.midnight < slot.ends_at) AS is_unclear
    FROM slot
    CROSS JOIN generate_series(slot.day - '1 day'::interval, slot.day + '7 days'::interval, '1 day') AS day (midnight)
    INNER JOIN services_time_of_week
        ON
            services_time_of_week.service_id = :service_id
            AND services_time_of_week.day_of_week = extract(DOW FROM day.midnight)
            AND services_time_of_week.is_available
),

-- How many places are taken from one start or end to the next.
level AS (
    SELECT sum(sum(change.places)) OVER (ORDER BY change.happens_at) AS places
    FROM open_booking
    CROSS JOIN slot
    CROSS JOIN LATERAL (VALUES (open_booking.starts_at, 1), (open_booking.ends_at, -1)) AS change (happens_at, places)
    WHERE
        open_booking.starts_at < slot.ends_at
        AND open_booking.ends_at > slot.starts_at
    GROUP BY change.happens_at
),

refusal AS (
    SELECT
        CASE
            WHEN NOT slot.is_active THEN 'not_active'
            WHEN slot.provider_id = :customer_id THEN 'own_listing'
            WHEN slot.duration_minutes > 0 IS NOT TRUE THEN 'no_duration'
            WHEN slot.starts_at < slot.earliest THEN 'too_soon'
            WHEN slot.base_price !~ '^[0-9]+(\.[0-9]+)?$' THEN 'unclear_price'
            WHEN
                opening.times @> tsrange(slot.starts_at, least(slot.ends_at, slot.starts_at + '7 days'::interval)) IS NOT TRUE
                AND EXISTS (
                    SELECT FROM services_availability
                    WHERE services_availability.service_id = slot.id
                )
                THEN
                    CASE
                        WHEN opening.is_unclear THEN 'unclear_availability'
                        ELSE 'outside_availability'
                    END
            WHEN (SELECT bool_or(open_booking.is_unclear) FROM open_booking) THEN 'unclear_booking'
            WHEN coalesce((SELECT max(level.places) FROM level), 0) >= slot.places THEN 'full'
        END AS reason
    FROM slot
    CROSS JOIN opening
)

SELECT refuse_command(refusal.reason)
FROM refusal
WHERE refusal.reason IS NOT NULL;

INSERT INTO services_bookings (
    id,
    service_id,
    customer_id,
    provider_id,
    booking_date,
    booking_time,
    duration_minutes,
    total_price,
    currency,
    status,
    customer_message,
    created_at,
    updated_at
)
SELECT
    :id,
    :service_id,
    :customer_id,
    services_listings.provider_id,
    :booking_date,
    :booking_time,
    services_listings.duration_minutes,
    services_listings.base_price AS total_price,
    services_listings.currency,
    'pending' AS status,
    :customer_message,
    timezone('UTC', statement_timestamp()) AS created_at,
    timezone('UTC', statement_timestamp()) AS updated_at
FROM services_listings
WHERE services_listings.id = :service_id
RETURNING services_bookings.*
