-- The free slots of a listing on some days, by date and time. Served by the calendar index on service_id.
-- uses: services/available_time, services/booked_time
WITH listing AS MATERIALIZED (
    SELECT
        :from_date::timestamp AS first_day,
        coalesce(services_listings.max_participants, 1) AS places,
        make_interval(mins => services_listings.duration_minutes) AS duration,
        :now::timestamp + make_interval(hours => greatest(services_listings.booking_advance_hours, 0)) AS earliest,
        least(:from_date::timestamp + make_interval(days => :days::integer - 1), '9999-12-31') AS last_day
    FROM services_listings
    WHERE
        services_listings.id = :service_id
        AND services_listings.status = 'active'
        AND services_listings.is_active
        AND services_listings.deleted_at IS NULL
        AND services_listings.duration_minutes > 0
),

open_day AS MATERIALIZED (
    SELECT day.midnight
    FROM listing
    CROSS JOIN generate_series(listing.first_day, listing.last_day, '1 day') AS day (midnight)
),

opening AS (
    SELECT
        open_day.midnight + services_available_time.opens_at AS opens_at,
        open_day.midnight + services_available_time.closes_at AS closes_at
    FROM open_day
    INNER JOIN services_available_time
        ON
            services_available_time.service_id = :service_id
            AND services_available_time.day_of_week = extract(DOW FROM open_day.midnight)
    UNION ALL
    SELECT
        open_day.midnight AS opens_at,
        open_day.midnight + '1 day'::interval AS closes_at
    FROM open_day
    WHERE
        NOT EXISTS (
            SELECT FROM services_availability
            WHERE services_availability.service_id = :service_id
        )
),

slot AS (
    SELECT
        step.starts_at,
        listing.places,
        step.starts_at + listing.duration AS ends_at,
        date_trunc('day', step.starts_at) AS midnight
    FROM listing
    CROSS JOIN opening
    CROSS JOIN generate_series(opening.opens_at, opening.closes_at - listing.duration, listing.duration) AS step (starts_at)
    WHERE step.starts_at >= listing.earliest
),

taken AS MATERIALIZED (
    SELECT
        services_booked_time.starts_at,
        services_booked_time.starts_at + make_interval(mins => services_booked_time.duration_minutes) AS ends_at
    FROM services_booked_time
    CROSS JOIN listing
    WHERE
        services_booked_time.service_id = :service_id
        AND services_booked_time.duration_minutes > 0
        AND services_booked_time.starts_at IS NOT NULL
        -- The longest booking before the first day may reach into it.
        AND services_booked_time.booking_date >= (
            SELECT
                to_char(
                    greatest(listing.first_day - make_interval(mins => max(longest.duration_minutes)), '0001-01-01'),
                    'YYYY-MM-DD'
                )
            FROM services_booked_time AS longest
            WHERE longest.service_id = :service_id
        )
        AND services_booked_time.booking_date <= to_char(listing.last_day, 'YYYY-MM-DD')
),

-- How many places are taken from one start or end to the next.
level AS (
    SELECT
        change.happens_at AS starts_at,
        sum(sum(change.places)) OVER (ORDER BY change.happens_at) AS places,
        lead(change.happens_at) OVER (ORDER BY change.happens_at) AS ends_at
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

-- Once for each day, so that slots find those of their own day alone.
level_of_day AS (
    SELECT
        level.starts_at,
        level.ends_at,
        level.places,
        day.midnight
    FROM level
    CROSS JOIN listing
    CROSS JOIN
        generate_series(
            greatest(date_trunc('day', level.starts_at), listing.first_day),
            least(level.ends_at, listing.last_day),
            '1 day'
        ) AS day (midnight)
    WHERE level.places > 0
)

SELECT
    to_char(slot.starts_at, 'YYYY-MM-DD') AS booking_date,
    to_char(slot.starts_at, 'HH24:MI') AS booking_time,
    (slot.places - coalesce(max(level_of_day.places), 0))::integer AS free_places
FROM slot
LEFT JOIN level_of_day
    ON
        slot.midnight = level_of_day.midnight
        AND slot.starts_at < level_of_day.ends_at
        AND slot.ends_at > level_of_day.starts_at
GROUP BY slot.starts_at, slot.places
HAVING slot.places > coalesce(max(level_of_day.places), 0)
ORDER BY slot.starts_at
