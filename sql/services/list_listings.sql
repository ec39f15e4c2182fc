-- Listings, newest first. Served by the indexes on created_at and id, alone or after the filter's column.
-- uses: services/chosen_listing
SELECT
    services_chosen_listing.*,
    json_build_array(services_chosen_listing.created_at, services_chosen_listing.id)::text AS cursor
FROM services_chosen_listing
WHERE
    TRUE
    AND (services_chosen_listing.created_at, services_chosen_listing.id) -- when :after
    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    services_chosen_listing.created_at DESC,
    services_chosen_listing.id DESC
LIMIT :limit
