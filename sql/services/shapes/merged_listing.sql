-- A page of the listings of the categories that are merged. Served by the index on category_id, created_at and id.
-- uses: services/merged_category, services/filtered_listing
SELECT merged.id
FROM (
    SELECT
        newest.id,
        newest.moment
    FROM services_merged_category
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                services_filtered_listing.id,
                services_filtered_listing.moment
            FROM services_filtered_listing
            WHERE services_filtered_listing.category_id = services_merged_category.id
            ORDER BY
                services_filtered_listing.category_id ASC,
                services_filtered_listing.moment DESC,
                services_filtered_listing.id DESC
            LIMIT :limit
        ) AS newest
    ORDER BY
        newest.moment DESC,
        newest.id DESC
    LIMIT :limit
) AS merged
