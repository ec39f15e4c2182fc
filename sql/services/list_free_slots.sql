-- The free slots of a listing on some days, by date and time. Served by the calendar index on service_id.
-- cost: each booking of the listing that may overlap the days is read.
-- uses: services/time_of_week, services/booked_time
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

-- Bookings that may overlap: those that the longest duration lets reach so far, by an index, and those whose date has another form.
near_booking AS (
    SELECT services_booked_time.*
    FROM services_booked_time
    CROSS JOIN listing
    WHERE
        services_booked_time.service_id = :service_id
        AND services_booked_time.booking_date ~ '^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
        AND services_booked_time.booking_date >= (
            SELECT
                to_char(
                    greatest(listing.first_day - make_interval(mins => max(longest.duration_minutes)), '0001-01-01'),
                    'YYYY-MM-DD'
                )
            FROM services_bookings AS longest
            WHERE
                longest.service_id = :service_id
                AND longest.status IN ('pending', 'confirmed')
        )
        -- Z: with a time of day after the date, too.
        AND services_booked_time.booking_date
        <= to_char(least(listing.last_day + '1 day'::interval + listing.duration, '9999-12-31'), 'YYYY-MM-DD') || 'Z'
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
            near_booking.day < listing.last_day + '1 day'::interval + listing.duration
            AND near_booking.day + make_interval(days => 1, mins => near_booking.duration_minutes) > listing.first_day,
            TRUE
        ) AS is_unclear
    FROM near_booking
    CROSS JOIN listing
    WHERE near_booking.duration_minutes > 0
),

-- What another writer wrote so that it means no time is an error, not a free slot.
unclear AS MATERIALIZED (
    SELECT refuse_command(reason.name)
    FROM (
        SELECT 'unclear_availability' AS name
        FROM services_time_of_week
        WHERE
            services_time_of_week.service_id = :service_id
            AND services_time_of_week.is_available
            AND services_time_of_week.closes_at IS NULL
        UNION ALL
        SELECT 'unclear_booking' AS name
        FROM open_booking
        WHERE open_booking.is_unclear
    ) AS reason
),

-- From the day before, whose times may pass midnight; as they come again each week, eight days tell where the last slot may end.
open_day AS MATERIALIZED (
    SELECT
        day.midnight,
        day.midnight BETWEEN listing.first_day AND listing.last_day AS is_asked_for
    FROM listing
    CROSS JOIN
        generate_series(listing.first_day - '1 day'::interval, listing.last_day + '8 days'::interval, '1 day') AS day (midnight)
    WHERE NOT EXISTS (SELECT FROM unclear)
),

available AS MATERIALIZED (
    SELECT
        open_day.midnight + services_time_of_week.opens_at AS opens_at,
        open_day.midnight + services_time_of_week.closes_at AS closes_at
    FROM open_day
    INNER JOIN services_time_of_week
        ON
            services_time_of_week.service_id = :service_id
            AND services_time_of_week.is_available
            AND services_time_of_week.day_of_week = extract(DOW FROM open_day.midnight)
),

-- Those that meet or overlap are one.
together AS MATERIALIZED (
    SELECT range_agg(tsrange(available.opens_at, available.closes_at)) AS times
    FROM available
),

opening AS (
    SELECT
        available.opens_at,
        available.closes_at
    FROM available
    UNION ALL
    SELECT
        open_day.midnight AS opens_at,
        open_day.midnight + '1 day'::interval AS closes_at
    FROM open_day
    WHERE
        open_day.is_asked_for
        AND NOT EXISTS (
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
    CROSS JOIN together
    CROSS JOIN opening
    CROSS JOIN
        generate_series(opening.opens_at, opening.closes_at - '1 microsecond'::interval, listing.duration) AS step (starts_at)
    WHERE
        step.starts_at >= listing.earliest
        AND step.starts_at >= listing.first_day
        AND step.starts_at > (:after::json ->> 0)::timestamp -- when :after
        AND step.starts_at < listing.last_day + '1 day'::interval
        AND (
            step.starts_at + listing.duration <= opening.closes_at
            OR together.times @> tsrange(step.starts_at, step.starts_at + least(listing.duration, '7 days'::interval))
        )
),

-- How many places are taken from one start or end to the next.
level AS (
    SELECT
        change.happens_at AS starts_at,
        sum(sum(change.places)) OVER (ORDER BY change.happens_at) AS places,
        lead(change.happens_at) OVER (ORDER BY change.happens_at) AS ends_at
    FROM open_booking
    CROSS JOIN LATERAL (VALUES (open_booking.starts_at, 1), (open_booking.ends_at, -1)) AS change (happens_at, places)
    WHERE open_booking.starts_at IS NOT NULL
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
            greatest(date_trunc('day', level.starts_at - listing.duration), listing.first_day),
            least(level.ends_at, listing.last_day),
            '1 day'
        ) AS day (midnight)
    WHERE level.places > 0
)

SELECT
    to_char(slot.starts_at, 'YYYY-MM-DD') AS booking_date,
    to_char(slot.starts_at, 'HH24:MI') AS booking_time,
    (slot.places - coalesce(max(level_of_day.places), 0))::integer AS free_places,
    json_build_array(slot.starts_at)::text AS cursor
FROM slot
LEFT JOIN level_of_day
    ON
        slot.midnight = level_of_day.midnight
        AND slot.starts_at < level_of_day.ends_at
        AND slot.ends_at > level_of_day.starts_at
GROUP BY slot.starts_at, slot.places
HAVING slot.places > coalesce(max(level_of_day.places), 0)
ORDER BY slot.starts_at
LIMIT :limit
