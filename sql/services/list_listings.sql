-- Listings after a cursor, newest first. Served by the indexes on created_at and id, alone or after the filter's column.
-- cost: by category or language up to 1,000 listings; if more have it, up to 100 for each of the page, or all that have it; all categories below.
-- uses: services/listed_listing
SELECT
    services_listed_listing.*,
    json_build_array(services_listed_listing.moment, services_listed_listing.id)::text AS cursor
FROM services_listed_listing
ORDER BY
    services_listed_listing.moment DESC,
    services_listed_listing.id DESC
LIMIT :limit
