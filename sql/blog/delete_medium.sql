-- Delete a medium and remove it from the rows that show it, which stay.
-- In batches, at most `limit` rows of each table go at once, and the medium with the last of them.
SELECT blog_media.id
FROM blog_media
WHERE blog_media.id = :id
FOR UPDATE;

WITH unlinked_posts AS (
    DELETE FROM blog_post_media
    WHERE
        blog_post_media.media_id = :id
        AND blog_post_media.post_id = any(array(
            SELECT own.post_id
            FROM blog_post_media AS own
            WHERE own.media_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_post_media.post_id
),

detached_authors AS (
    UPDATE blog_authors
    SET
        avatar_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        blog_authors.id = any(array(
            SELECT own.id
            FROM blog_authors AS own
            WHERE own.avatar_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_authors.id
),

detached_categories AS (
    UPDATE blog_categories
    SET
        featured_image_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        blog_categories.id = any(array(
            SELECT own.id
            FROM blog_categories AS own
            WHERE own.featured_image_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_categories.id
),

deleted_media AS (
    DELETE FROM blog_media
    WHERE
        blog_media.id = :id
        AND greatest(
            (SELECT count(*) FROM unlinked_posts),
            (SELECT count(*) FROM detached_authors),
            (SELECT count(*) FROM detached_categories)
        ) < :limit
    RETURNING blog_media.id
)

SELECT
    (SELECT count(*) FROM deleted_media) AS blog_media,
    (SELECT count(*) FROM unlinked_posts) AS blog_post_media,
    (SELECT count(*) FROM detached_authors) AS blog_authors_detached,
    (SELECT count(*) FROM detached_categories) AS blog_categories_detached
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_media) THEN TRUE
        WHEN EXISTS (
            SELECT FROM blog_media
            WHERE blog_media.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
