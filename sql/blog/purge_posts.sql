-- Delete posts that were deleted softly, the earliest first, with everything that belongs to them. Served by the index for it. The rows are
-- locked first, so that the next statement sees what was added until then.
SELECT set_config('concordia.purged', coalesce(json_agg(purged_posts.id ORDER BY purged_posts.id), '[]')::text, TRUE)
FROM (
    SELECT blog_posts.id
    FROM blog_posts
    WHERE
        (blog_posts.deleted_at IS NOT NULL OR blog_posts.status = 'deleted')
        AND coalesce(blog_posts.deleted_at, blog_posts.updated_at) < :deleted_before
    ORDER BY
        coalesce(blog_posts.deleted_at, blog_posts.updated_at) ASC,
        blog_posts.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
) AS purged_posts;

WITH purged_posts AS MATERIALIZED (
    SELECT purged.id
    FROM json_array_elements_text(current_setting('concordia.purged')::json) AS purged (id)
),

deleted_translations AS (
    DELETE FROM blog_translations
    WHERE blog_translations.post_id = any(array(SELECT purged_posts.id FROM purged_posts))
    RETURNING blog_translations.post_id
),

deleted_authors AS (
    DELETE FROM blog_post_authors
    WHERE blog_post_authors.post_id = any(array(SELECT purged_posts.id FROM purged_posts))
    RETURNING blog_post_authors.post_id
),

deleted_categories AS (
    DELETE FROM blog_post_categories
    WHERE blog_post_categories.post_id = any(array(SELECT purged_posts.id FROM purged_posts))
    RETURNING blog_post_categories.post_id
),

deleted_media AS (
    DELETE FROM blog_post_media
    WHERE blog_post_media.post_id = any(array(SELECT purged_posts.id FROM purged_posts))
    RETURNING blog_post_media.post_id
),

deleted_comments AS (
    DELETE FROM blog_comments
    WHERE blog_comments.post_id = any(array(SELECT purged_posts.id FROM purged_posts))
    RETURNING blog_comments.post_id
),

detached_comments AS (
    UPDATE blog_comments
    SET
        parent_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    FROM blog_comments AS parent
    INNER JOIN purged_posts ON parent.post_id = purged_posts.id
    WHERE
        blog_comments.parent_id = parent.id
        AND NOT EXISTS (
            SELECT FROM purged_posts AS own_post
            WHERE own_post.id = blog_comments.post_id
        )
    RETURNING blog_comments.id
),

deleted_posts AS (
    DELETE FROM blog_posts
    WHERE blog_posts.id = any(array(SELECT purged_posts.id FROM purged_posts))
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
