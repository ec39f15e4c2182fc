-- Make these times of the week a listing's only ones, each in the place of the one of its start, and count what changed.
-- uses: services/deleted_listing, services/time_of_week
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :service_id
FOR UPDATE;

SELECT refuse_command('deleted_service')
FROM services_deleted_listing
WHERE services_deleted_listing.id = :service_id;

WITH given AS MATERIALIZED (
    SELECT
        slot.*,
        slot.start_time::interval AS opens_at,
        row_number() OVER (PARTITION BY slot.day_of_week, slot.start_time) AS repeat -- from 2 on, it is to break the key
    FROM jsonb_populate_recordset(NULL::services_availability, :availability::jsonb) AS slot
),

-- Of those that another writer wrote in several forms of one start, the one in ours or the first stays.
kept AS MATERIALIZED (
    SELECT DISTINCT ON (services_time_of_week.day_of_week, services_time_of_week.opens_at)
        services_time_of_week.id,
        services_time_of_week.day_of_week,
        services_time_of_week.opens_at
    FROM services_time_of_week
    INNER JOIN given
        ON
            services_time_of_week.day_of_week = given.day_of_week
            AND services_time_of_week.opens_at = given.opens_at
    WHERE services_time_of_week.service_id = :service_id
    ORDER BY
        services_time_of_week.day_of_week,
        services_time_of_week.opens_at,
        services_time_of_week.start_time <> given.start_time,
        services_time_of_week.id
),

removed AS (
    DELETE FROM services_availability
    WHERE
        services_availability.service_id = :service_id
        AND NOT EXISTS (
            SELECT FROM kept
            WHERE kept.id = services_availability.id
        )
    RETURNING services_availability.id
),

changed AS (
    UPDATE services_availability
    SET
        start_time = given.start_time,
        end_time = given.end_time,
        is_available = given.is_available
    FROM kept
    INNER JOIN given
        ON
            kept.day_of_week = given.day_of_week
            AND kept.opens_at = given.opens_at
            AND given.repeat = 1
    WHERE
        services_availability.id = kept.id
        AND (services_availability.start_time, services_availability.end_time, services_availability.is_available)
        IS DISTINCT FROM (given.start_time, given.end_time, given.is_available)
    RETURNING services_availability.id
),

added AS (
    INSERT INTO services_availability (id, service_id, day_of_week, start_time, end_time, is_available, created_at)
    SELECT
        given.id,
        :service_id::text AS service_id,
        given.day_of_week,
        given.start_time,
        given.end_time,
        given.is_available,
        timezone('UTC', statement_timestamp()) AS created_at
    FROM given
    WHERE
        given.repeat > 1
        OR NOT EXISTS (
            SELECT FROM kept
            WHERE
                kept.day_of_week = given.day_of_week
                AND kept.opens_at = given.opens_at
        )
    RETURNING services_availability.id
)

SELECT
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM removed) AS removed
