-- One medium by its id, with the listings that use it, newest first, or none. Served by the primary key.
-- cost: the dates of all listings that use it, for the newest 100; a class that does not name them costs one row.
-- uses: services/medium, services/listing
SELECT
    services_medium.*,
    (
        SELECT coalesce(json_agg(linked.* ORDER BY linked.created_at DESC, linked.id DESC, linked.link_type ASC), '[]')
        FROM (
            SELECT
                services_listing.*,
                services_media_links.type AS link_type,
                services_media_links.position
            FROM services_media_links
            INNER JOIN services_listing ON services_media_links.service_id = services_listing.id
            WHERE services_media_links.media_id = services_medium.id
            ORDER BY
                services_listing.created_at DESC,
                services_listing.id DESC,
                services_media_links.type ASC
            LIMIT 100
        ) AS linked
    ) AS listings,
    cardinality(array(
        SELECT 1
        FROM services_media_links
        INNER JOIN services_listing ON services_media_links.service_id = services_listing.id
        WHERE services_media_links.media_id = services_medium.id
        LIMIT 1000 -- noqa: AM09
    )) AS listing_count
FROM services_medium
WHERE services_medium.id = :id
