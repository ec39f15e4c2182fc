-- How many times of the week a listing has. Served by the unique index on service_id, day_of_week, start_time.
-- uses: services/availability_slot
SELECT count(*) AS count
FROM (
    SELECT services_availability_slot.id
    FROM services_availability_slot
    LEFT JOIN services_listings ON services_availability_slot.service_id = services_listings.id
    WHERE
        services_availability_slot.service_id = :service_id
        AND services_availability_slot.day_of_week = :day_of_week -- when :day_of_week
        AND (
            (services_listings.deleted_at IS NULL AND services_listings.status IS DISTINCT FROM 'deleted')
            OR :of_deleted::boolean -- when :of_deleted
        )
    LIMIT :at_most -- noqa: AM09
) AS counted
