-- Delete a medium and remove it from the rows that show it, which stay.
-- In batches, at most `limit` rows of each table go at once, and the medium with the last of them.
SELECT services_media.id
FROM services_media
WHERE services_media.id = :id
FOR UPDATE;

WITH deleted_links AS (
    DELETE FROM services_media_links
    WHERE
        services_media_links.media_id = :id
        AND services_media_links.service_id = any(array(
            SELECT own.service_id
            FROM services_media_links AS own
            WHERE own.media_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_media_links.service_id
),

detached_categories AS (
    UPDATE services_categories
    SET
        featured_image_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        services_categories.id = any(array(
            SELECT own.id
            FROM services_categories AS own
            WHERE own.featured_image_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_categories.id
),

deleted_media AS (
    DELETE FROM services_media
    WHERE
        services_media.id = :id
        AND greatest(
            (SELECT count(*) FROM deleted_links),
            (SELECT count(*) FROM detached_categories)
        ) < :limit
    RETURNING services_media.id
)

SELECT
    (SELECT count(*) FROM deleted_media) AS services_media,
    (SELECT count(*) FROM deleted_links) AS services_media_links,
    (SELECT count(*) FROM detached_categories) AS services_categories_detached
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_media) THEN TRUE
        WHEN EXISTS (
            SELECT FROM services_media
            WHERE services_media.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
