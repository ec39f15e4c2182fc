-- Delete a listing with everything that belongs to it, and count the deleted rows by table. Replies that stay lose their parent.
-- In batches, at most `limit` rows of each table go at once, and the listing with the last of them: until then it is deleted softly.
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :id
FOR UPDATE;

WITH picked_reviews AS MATERIALIZED (
    SELECT services_reviews.id
    FROM services_reviews
    WHERE services_reviews.service_id = :id
    ORDER BY
        services_reviews.created_at DESC,
        services_reviews.id DESC
    LIMIT :limit
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
            WHERE own.service_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_translations.id
),

deleted_links AS (
    DELETE FROM services_media_links
    WHERE
        services_media_links.service_id = :id
        AND services_media_links.media_id = any(array(
            SELECT own.media_id
            FROM services_media_links AS own
            WHERE own.service_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_media_links.media_id
),

deleted_slots AS (
    DELETE FROM services_availability
    WHERE
        services_availability.id = any(array(
            SELECT own.id
            FROM services_availability AS own
            WHERE own.service_id = :id
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
            WHERE own.service_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_bookings.id
),

deleted_listings AS (
    DELETE FROM services_listings
    WHERE
        services_listings.id = :id
        AND greatest(
            (SELECT count(*) FROM picked_reviews),
            (SELECT count(*) FROM kept_replies),
            (SELECT count(*) FROM deleted_translations),
            (SELECT count(*) FROM deleted_links),
            (SELECT count(*) FROM deleted_slots),
            (SELECT count(*) FROM deleted_bookings)
        ) < :limit
    RETURNING services_listings.id
),

hidden_listings AS (
    UPDATE services_listings
    SET
        deleted_at = timezone('UTC', statement_timestamp()),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        services_listings.id = :id
        AND services_listings.deleted_at IS NULL
        AND NOT EXISTS (SELECT FROM deleted_listings)
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
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_listings) THEN TRUE
        WHEN EXISTS (
            SELECT FROM services_listings
            WHERE services_listings.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
