-- How many times of the week a listing has. Served by the unique index on service_id, day_of_week, start_time.
-- uses: services/shown_availability_slot
SELECT count(*) AS count
FROM (
    SELECT services_shown_availability_slot.id
    FROM services_shown_availability_slot
    WHERE
        services_shown_availability_slot.service_id = :service_id
        AND services_shown_availability_slot.day_of_week = :day_of_week -- when :day_of_week
    LIMIT :at_most -- noqa: AM09
) AS counted
