-- Delete a post with everything that belongs to it, and count the deleted rows by table. Replies to
-- its comments from elsewhere are detached.
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :id
FOR UPDATE;

WITH deleted_translations AS (
    DELETE FROM blog_translations
    WHERE blog_translations.post_id = :id
    RETURNING blog_translations.post_id
),

deleted_authors AS (
    DELETE FROM blog_post_authors
    WHERE blog_post_authors.post_id = :id
    RETURNING blog_post_authors.post_id
),

deleted_categories AS (
    DELETE FROM blog_post_categories
    WHERE blog_post_categories.post_id = :id
    RETURNING blog_post_categories.post_id
),

deleted_media AS (
    DELETE FROM blog_post_media
    WHERE blog_post_media.post_id = :id
    RETURNING blog_post_media.post_id
),

deleted_comments AS (
    DELETE FROM blog_comments
    WHERE blog_comments.post_id = :id
    RETURNING blog_comments.post_id
),

detached_comments AS (
    UPDATE blog_comments
    SET
        parent_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    FROM blog_comments AS parent
    WHERE
        blog_comments.parent_id = parent.id
        AND parent.post_id = :id
        AND blog_comments.post_id <> :id
    RETURNING blog_comments.id
),

deleted_posts AS (
    DELETE FROM blog_posts
    WHERE blog_posts.id = :id
    RETURNING blog_posts.id
)

SELECT
    (SELECT count(*) FROM deleted_posts) AS blog_posts,
    (SELECT count(*) FROM deleted_translations) AS blog_translations,
    (SELECT count(*) FROM deleted_authors) AS blog_post_authors,
    (SELECT count(*) FROM deleted_categories) AS blog_post_categories,
    (SELECT count(*) FROM deleted_media) AS blog_post_media,
    (SELECT count(*) FROM deleted_comments) AS blog_comments,
    (SELECT count(*) FROM detached_comments) AS blog_comments_detached
