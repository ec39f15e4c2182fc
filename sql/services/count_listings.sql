-- The number of listings that match the filters of list_listings. Served by the index of the filter's column.
-- uses: services/chosen_listing
SELECT count(*) AS count
FROM (
    SELECT services_chosen_listing.id
    FROM services_chosen_listing
    LIMIT :at_most -- noqa: AM09
) AS counted
