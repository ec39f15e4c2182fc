-- Make these times of the week a listing's only ones, each in the place of the one of its start, and count what changed.
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :service_id
FOR UPDATE;

WITH given AS MATERIALIZED (
    SELECT
        slot.id,
        slot.day_of_week,
        slot.start_time,
        slot.end_time,
        slot.is_available,
        row_number() OVER (PARTITION BY slot.day_of_week, slot.start_time) AS repeat -- from 2 on, it is to break the key
    FROM jsonb_to_recordset(:availability::jsonb) AS slot (
        id text,
        day_of_week integer,
        start_time text,
        end_time text,
        is_available boolean
    )
),

removed AS (
    DELETE FROM services_availability
    WHERE
        services_availability.service_id = :service_id
        AND NOT EXISTS (
            SELECT FROM given
            WHERE
                given.day_of_week = services_availability.day_of_week
                AND given.start_time = services_availability.start_time
        )
    RETURNING services_availability.id
),

changed AS (
    UPDATE services_availability
    SET
        end_time = given.end_time,
        is_available = given.is_available
    FROM given
    WHERE
        services_availability.service_id = :service_id
        AND services_availability.day_of_week = given.day_of_week
        AND services_availability.start_time = given.start_time
        AND given.repeat = 1
        AND (
            services_availability.end_time,
            services_availability.is_available
        ) IS DISTINCT FROM (
            given.end_time,
            given.is_available
        )
    RETURNING services_availability.id
),

added AS (
    INSERT INTO services_availability (
        id,
        service_id,
        day_of_week,
        start_time,
        end_time,
        is_available,
        created_at
    )
    SELECT
        given.id,
        :service_id::text AS service_id,
        given.day_of_week,
        given.start_time,
        given.end_time,
        given.is_available,
        timezone('UTC', now()) AS created_at
    FROM given
    WHERE
        given.repeat > 1
        OR NOT EXISTS (
            SELECT FROM services_availability
            WHERE
                services_availability.service_id = :service_id
                AND services_availability.day_of_week = given.day_of_week
                AND services_availability.start_time = given.start_time
        )
    RETURNING services_availability.id
)

SELECT
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM removed) AS removed
