-- Book a time of a listing, for as long as it lasts, and give the booking back. Served by the calendar index on service_id.
-- uses: services/available_time, services/booked_time

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

taken AS MATERIALIZED (
    SELECT
        services_booked_time.starts_at,
        services_booked_time.starts_at + make_interval(mins => services_booked_time.duration_minutes) AS ends_at
    FROM services_booked_time
    CROSS JOIN slot
    WHERE
        services_booked_time.service_id = :service_id
        AND services_booked_time.duration_minutes > 0
        AND services_booked_time.starts_at < slot.ends_at
        AND services_booked_time.starts_at + make_interval(mins => services_booked_time.duration_minutes) > slot.starts_at
        -- The same once more, as far as the index knows: no earlier than the longest booking before, no later than the end.
        AND services_booked_time.booking_date >= (
            SELECT
                to_char(
                    greatest(slot.day - make_interval(mins => max(longest.duration_minutes)), '0001-01-01'), 'YYYY-MM-DD'
                )
            FROM services_booked_time AS longest
            WHERE longest.service_id = :service_id
        )
        AND services_booked_time.booking_date <= to_char(least(slot.ends_at, '9999-12-31'), 'YYYY-MM-DD')
),

-- How many places are taken from one start or end to the next.
level AS (
    SELECT sum(sum(change.places)) OVER (ORDER BY change.happens_at) AS places
    FROM (
        SELECT
            taken.starts_at AS happens_at,
            1 AS places
        FROM taken
        UNION ALL
        SELECT
            taken.ends_at AS happens_at,
            -1 AS places
        FROM taken
    ) AS change
    GROUP BY change.happens_at
),

refusal AS (
    SELECT
        CASE
            WHEN NOT slot.is_active THEN 'not_active'
            WHEN slot.provider_id = :customer_id THEN 'own_listing'
            WHEN slot.duration_minutes > 0 IS NOT TRUE THEN 'no_duration'
            WHEN slot.starts_at < slot.earliest THEN 'too_soon'
            WHEN
                EXISTS (
                    SELECT FROM services_availability
                    WHERE services_availability.service_id = slot.id
                )
                AND NOT EXISTS (
                    SELECT FROM services_available_time
                    WHERE
                        services_available_time.service_id = slot.id
                        AND services_available_time.day_of_week = extract(DOW FROM slot.day)
                        AND slot.day + services_available_time.opens_at <= slot.starts_at
                        AND slot.day + services_available_time.closes_at >= slot.ends_at
                )
                THEN 'outside_availability'
            WHEN coalesce((SELECT max(level.places) FROM level), 0) >= slot.places THEN 'full'
        END AS reason
    FROM slot
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
    timezone('UTC', now()) AS created_at,
    timezone('UTC', now()) AS updated_at
FROM services_listings
WHERE services_listings.id = :service_id
RETURNING services_bookings.*
