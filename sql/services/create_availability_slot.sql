-- Create a time of the week of a listing and return it.
-- uses: services/deleted_listing, services/time_of_week
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :service_id
FOR SHARE;

SELECT refuse_command('deleted_service')
FROM services_deleted_listing
WHERE services_deleted_listing.id = :service_id;

INSERT INTO services_availability (id, service_id, day_of_week, start_time, end_time, is_available, created_at) VALUES (
    :id,
    :service_id,
    :day_of_week,
    -- One that starts then, however another writer wrote it, is in the way as the unique key says.
    coalesce(
        (
            SELECT services_time_of_week.start_time
            FROM services_time_of_week
            WHERE
                services_time_of_week.service_id = :service_id
                AND services_time_of_week.day_of_week = :day_of_week
                AND services_time_of_week.opens_at = :start_time::text::interval
            ORDER BY services_time_of_week.id
            LIMIT 1
        ),
        :start_time
    ),
    :end_time,
    :is_available,
    timezone('UTC', statement_timestamp())
)
RETURNING services_availability.*
