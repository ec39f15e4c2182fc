-- A listing's times of the week, from Sunday on. Served by the unique index on service_id, day_of_week, start_time.
-- uses: services/shown_availability_slot
SELECT
    slot.*,
    json_build_array(slot.day_of_week, slot.start_time, slot.id)::text AS cursor
FROM services_shown_availability_slot AS slot
WHERE
    slot.service_id = :service_id
    AND (slot.day_of_week, slot.start_time, slot.id) -- when :after
    > ((:after::json ->> 0)::bigint, :after::json ->> 1, :after::json ->> 2) -- when :after
ORDER BY
    slot.day_of_week,
    slot.start_time,
    slot.id
LIMIT :limit
