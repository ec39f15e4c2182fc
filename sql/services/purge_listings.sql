-- Delete listings that were deleted softly, the earliest first, with everything that belongs to them. Served by the index for it. The rows
-- are locked first, so that the next statement sees what was added until then.
SELECT set_config('concordia.purged', coalesce(json_agg(purged_listings.id ORDER BY purged_listings.id), '[]')::text, TRUE)
FROM (
    SELECT services_listings.id
    FROM services_listings
    WHERE
        (services_listings.deleted_at IS NOT NULL OR services_listings.status = 'deleted')
        AND coalesce(services_listings.deleted_at, services_listings.updated_at) < :deleted_before
    ORDER BY
        coalesce(services_listings.deleted_at, services_listings.updated_at) ASC,
        services_listings.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
) AS purged_listings;

WITH purged_listings AS MATERIALIZED (
    SELECT purged.id
    FROM json_array_elements_text(current_setting('concordia.purged')::json) AS purged (id)
),

deleted_translations AS (
    DELETE FROM services_translations
    WHERE services_translations.service_id = any(array(SELECT purged_listings.id FROM purged_listings))
    RETURNING services_translations.service_id
),

deleted_links AS (
    DELETE FROM services_media_links
    WHERE services_media_links.service_id = any(array(SELECT purged_listings.id FROM purged_listings))
    RETURNING services_media_links.service_id
),

deleted_reviews AS (
    DELETE FROM services_reviews
    WHERE services_reviews.service_id = any(array(SELECT purged_listings.id FROM purged_listings))
    RETURNING services_reviews.service_id
),

deleted_slots AS (
    DELETE FROM services_availability
    WHERE services_availability.service_id = any(array(SELECT purged_listings.id FROM purged_listings))
    RETURNING services_availability.service_id
),

deleted_bookings AS (
    DELETE FROM services_bookings
    WHERE services_bookings.service_id = any(array(SELECT purged_listings.id FROM purged_listings))
    RETURNING services_bookings.service_id
),

detached_reviews AS (
    UPDATE services_reviews
    SET
        parent_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    FROM services_reviews AS parent
    INNER JOIN purged_listings ON parent.service_id = purged_listings.id
    WHERE
        services_reviews.parent_id = parent.id
        AND NOT EXISTS (
            SELECT FROM purged_listings AS own_listing
            WHERE own_listing.id = services_reviews.service_id
        )
    RETURNING services_reviews.id
),

deleted_listings AS (
    DELETE FROM services_listings
    WHERE services_listings.id = any(array(SELECT purged_listings.id FROM purged_listings))
    RETURNING services_listings.id
)

SELECT
    (SELECT count(*) FROM deleted_listings) AS services_listings,
    (SELECT count(*) FROM deleted_translations) AS services_translations,
    (SELECT count(*) FROM deleted_links) AS services_media_links,
    (SELECT count(*) FROM deleted_reviews) AS services_reviews,
    (SELECT count(*) FROM deleted_slots) AS services_availability,
    (SELECT count(*) FROM deleted_bookings) AS services_bookings,
    (SELECT count(*) FROM detached_reviews) AS services_reviews_detached
