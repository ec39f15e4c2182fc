-- Delete listings that were deleted softly, the earliest first, with everything that belongs to them: at most `limit` rows of each table,
-- and the listings with the last of them. Served by the index for it. The rows are locked first, so that the next statement sees what was
-- added until then.
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

picked_reviews AS MATERIALIZED (
    SELECT newest.id
    FROM purged_listings
    CROSS JOIN
        LATERAL (
            SELECT services_reviews.id
            FROM services_reviews
            WHERE services_reviews.service_id = purged_listings.id
            ORDER BY
                services_reviews.created_at DESC,
                services_reviews.id DESC
            LIMIT :limit
        ) AS newest
    LIMIT :limit -- noqa: AM09
),

kept_replies AS MATERIALIZED (
    SELECT reply.id
    FROM picked_reviews
    CROSS JOIN
        LATERAL (
            SELECT services_reviews.id
            FROM services_reviews
            WHERE services_reviews.parent_id = picked_reviews.id
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE reply.id NOT IN (SELECT other.id FROM picked_reviews AS other)
    LIMIT :limit -- noqa: AM09
),

deleted_reviews AS (
    DELETE FROM services_reviews
    WHERE
        services_reviews.id = any(array(SELECT picked_reviews.id FROM picked_reviews))
        AND (SELECT count(*) FROM kept_replies) < :limit
    RETURNING services_reviews.id
),

detached_reviews AS (
    UPDATE services_reviews
    SET
        parent_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE services_reviews.id = any(array(SELECT kept_replies.id FROM kept_replies))
    RETURNING services_reviews.id
),

deleted_translations AS (
    DELETE FROM services_translations
    WHERE
        services_translations.id = any(array(
            SELECT own.id
            FROM services_translations AS own
            WHERE own.service_id = any(array(SELECT purged_listings.id FROM purged_listings))
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_translations.id
),

deleted_links AS (
    DELETE FROM services_media_links
    USING (
        SELECT
            own.service_id,
            own.media_id
        FROM services_media_links AS own
        WHERE own.service_id = any(array(SELECT purged_listings.id FROM purged_listings))
        LIMIT :limit -- noqa: AM09
    ) AS picked
    WHERE services_media_links.service_id = picked.service_id AND services_media_links.media_id = picked.media_id
    RETURNING services_media_links.service_id
),

deleted_slots AS (
    DELETE FROM services_availability
    WHERE
        services_availability.id = any(array(
            SELECT own.id
            FROM services_availability AS own
            WHERE own.service_id = any(array(SELECT purged_listings.id FROM purged_listings))
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_availability.id
),

deleted_bookings AS (
    DELETE FROM services_bookings
    WHERE
        services_bookings.id = any(array(
            SELECT own.id
            FROM services_bookings AS own
            WHERE own.service_id = any(array(SELECT purged_listings.id FROM purged_listings))
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_bookings.id
),

deleted_listings AS (
    DELETE FROM services_listings
    WHERE
        services_listings.id = any(array(SELECT purged_listings.id FROM purged_listings))
        AND greatest(
            (SELECT count(*) FROM picked_reviews),
            (SELECT count(*) FROM kept_replies),
            (SELECT count(*) FROM deleted_translations),
            (SELECT count(*) FROM deleted_links),
            (SELECT count(*) FROM deleted_slots),
            (SELECT count(*) FROM deleted_bookings)
        ) < :limit
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
