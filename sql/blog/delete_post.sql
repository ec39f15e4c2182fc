-- Delete a post with everything that belongs to it, and count the deleted rows by table. Replies that stay lose their parent.
-- In batches, at most `limit` rows of each table go at once, and the post with the last of them: until then it is deleted softly.
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :id
FOR UPDATE;

WITH picked_comments AS MATERIALIZED (
    SELECT blog_comments.id
    FROM blog_comments
    WHERE blog_comments.post_id = :id
    ORDER BY
        blog_comments.created_at DESC,
        blog_comments.id DESC
    LIMIT :limit
),

kept_replies AS MATERIALIZED (
    SELECT reply.id
    FROM picked_comments
    CROSS JOIN
        LATERAL (
            SELECT blog_comments.id
            FROM blog_comments
            WHERE blog_comments.parent_id = picked_comments.id
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE reply.id NOT IN (SELECT other.id FROM picked_comments AS other)
    LIMIT :limit -- noqa: AM09
),

deleted_comments AS (
    DELETE FROM blog_comments
    WHERE
        blog_comments.id = any(array(SELECT picked_comments.id FROM picked_comments))
        AND (SELECT count(*) FROM kept_replies) < :limit
    RETURNING blog_comments.id
),

detached_comments AS (
    UPDATE blog_comments
    SET
        parent_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE blog_comments.id = any(array(SELECT kept_replies.id FROM kept_replies))
    RETURNING blog_comments.id
),

deleted_translations AS (
    DELETE FROM blog_translations
    WHERE
        blog_translations.id = any(array(
            SELECT own.id
            FROM blog_translations AS own
            WHERE own.post_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_translations.id
),

deleted_authors AS (
    DELETE FROM blog_post_authors
    WHERE
        blog_post_authors.post_id = :id
        AND blog_post_authors.author_id = any(array(
            SELECT own.author_id
            FROM blog_post_authors AS own
            WHERE own.post_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_post_authors.author_id
),

deleted_categories AS (
    DELETE FROM blog_post_categories
    WHERE
        blog_post_categories.post_id = :id
        AND blog_post_categories.category_id = any(array(
            SELECT own.category_id
            FROM blog_post_categories AS own
            WHERE own.post_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_post_categories.category_id
),

deleted_media AS (
    DELETE FROM blog_post_media
    WHERE
        blog_post_media.post_id = :id
        AND blog_post_media.media_id = any(array(
            SELECT own.media_id
            FROM blog_post_media AS own
            WHERE own.post_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_post_media.media_id
),

deleted_posts AS (
    DELETE FROM blog_posts
    WHERE
        blog_posts.id = :id
        AND greatest(
            (SELECT count(*) FROM picked_comments),
            (SELECT count(*) FROM kept_replies),
            (SELECT count(*) FROM deleted_translations),
            (SELECT count(*) FROM deleted_authors),
            (SELECT count(*) FROM deleted_categories),
            (SELECT count(*) FROM deleted_media)
        ) < :limit
    RETURNING blog_posts.id
),

hidden_posts AS (
    UPDATE blog_posts
    SET
        deleted_at = timezone('UTC', statement_timestamp()),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        blog_posts.id = :id
        AND blog_posts.deleted_at IS NULL
        AND NOT EXISTS (SELECT FROM deleted_posts)
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
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_posts) THEN TRUE
        WHEN EXISTS (
            SELECT FROM blog_posts
            WHERE blog_posts.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
