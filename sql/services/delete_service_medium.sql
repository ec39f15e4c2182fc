-- Delete a medium and remove it from the rows that show it, which stay.
SELECT services_media.id
FROM services_media
WHERE services_media.id = :id
FOR UPDATE;

WITH deleted_links AS (
    DELETE FROM services_media_links
    WHERE services_media_links.media_id = :id
    RETURNING services_media_links.media_id
),

detached_categories AS (
    UPDATE services_categories
    SET
        featured_image_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE services_categories.featured_image_id = :id
    RETURNING services_categories.id
),

deleted_media AS (
    DELETE FROM services_media
    WHERE services_media.id = :id
    RETURNING services_media.id
)

SELECT
    (SELECT count(*) FROM deleted_media) AS services_media,
    (SELECT count(*) FROM deleted_links) AS services_media_links,
    (SELECT count(*) FROM detached_categories) AS services_categories_detached
