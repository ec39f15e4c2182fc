-- Delete a listing with everything that belongs to it, and count the deleted rows by table. Replies elsewhere to its reviews are detached.
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :id
FOR UPDATE;

WITH deleted_translations AS (
    DELETE FROM services_translations
    WHERE services_translations.service_id = :id
    RETURNING services_translations.service_id
),

deleted_links AS (
    DELETE FROM services_media_links
    WHERE services_media_links.service_id = :id
    RETURNING services_media_links.service_id
),

deleted_reviews AS (
    DELETE FROM services_reviews
    WHERE services_reviews.service_id = :id
    RETURNING services_reviews.service_id
),

deleted_slots AS (
    DELETE FROM services_availability
    WHERE services_availability.service_id = :id
    RETURNING services_availability.service_id
),

deleted_bookings AS (
    DELETE FROM services_bookings
    WHERE services_bookings.service_id = :id
    RETURNING services_bookings.service_id
),

detached_reviews AS (
    UPDATE services_reviews
    SET
        parent_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    FROM services_reviews AS parent
    WHERE
        services_reviews.parent_id = parent.id
        AND parent.service_id = :id
        AND services_reviews.service_id <> :id
    RETURNING services_reviews.id
),

deleted_listings AS (
    DELETE FROM services_listings
    WHERE services_listings.id = :id
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
