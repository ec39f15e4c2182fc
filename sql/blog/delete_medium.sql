-- Delete a medium and remove it from the rows that show it, which stay.
SELECT blog_media.id
FROM blog_media
WHERE blog_media.id = :id
FOR UPDATE;

WITH unlinked_posts AS (
    DELETE FROM blog_post_media
    WHERE blog_post_media.media_id = :id
    RETURNING blog_post_media.media_id
),

detached_authors AS (
    UPDATE blog_authors
    SET
        avatar_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE blog_authors.avatar_id = :id
    RETURNING blog_authors.id
),

detached_categories AS (
    UPDATE blog_categories
    SET
        featured_image_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE blog_categories.featured_image_id = :id
    RETURNING blog_categories.id
),

deleted_media AS (
    DELETE FROM blog_media
    WHERE blog_media.id = :id
    RETURNING blog_media.id
)

SELECT
    (SELECT count(*) FROM deleted_media) AS blog_media,
    (SELECT count(*) FROM unlinked_posts) AS blog_post_media,
    (SELECT count(*) FROM detached_authors) AS blog_authors_detached,
    (SELECT count(*) FROM detached_categories) AS blog_categories_detached
