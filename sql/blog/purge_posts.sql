-- Delete posts that were deleted softly, the earliest first, with everything that belongs to them: at most `limit` rows of each table,
-- and the posts with the last of them. Served by the index for it. The rows are locked first, so that the next statement sees what was
-- added until then.
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

picked_comments AS MATERIALIZED (
    SELECT newest.id
    FROM purged_posts
    CROSS JOIN
        LATERAL (
            SELECT blog_comments.id
            FROM blog_comments
            WHERE blog_comments.post_id = purged_posts.id
            ORDER BY
                blog_comments.created_at DESC,
                blog_comments.id DESC
            LIMIT :limit
        ) AS newest
    LIMIT :limit -- noqa: AM09
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
            WHERE own.post_id = any(array(SELECT purged_posts.id FROM purged_posts))
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_translations.id
),

deleted_authors AS (
    DELETE FROM blog_post_authors
    USING (
        SELECT
            own.post_id,
            own.author_id
        FROM blog_post_authors AS own
        WHERE own.post_id = any(array(SELECT purged_posts.id FROM purged_posts))
        LIMIT :limit -- noqa: AM09
    ) AS picked
    WHERE blog_post_authors.post_id = picked.post_id AND blog_post_authors.author_id = picked.author_id
    RETURNING blog_post_authors.post_id
),

deleted_categories AS (
    DELETE FROM blog_post_categories
    USING (
        SELECT
            own.post_id,
            own.category_id
        FROM blog_post_categories AS own
        WHERE own.post_id = any(array(SELECT purged_posts.id FROM purged_posts))
        LIMIT :limit -- noqa: AM09
    ) AS picked
    WHERE blog_post_categories.post_id = picked.post_id AND blog_post_categories.category_id = picked.category_id
    RETURNING blog_post_categories.post_id
),

deleted_media AS (
    DELETE FROM blog_post_media
    USING (
        SELECT
            own.post_id,
            own.media_id
        FROM blog_post_media AS own
        WHERE own.post_id = any(array(SELECT purged_posts.id FROM purged_posts))
        LIMIT :limit -- noqa: AM09
    ) AS picked
    WHERE blog_post_media.post_id = picked.post_id AND blog_post_media.media_id = picked.media_id
    RETURNING blog_post_media.post_id
),

deleted_posts AS (
    DELETE FROM blog_posts
    WHERE
        blog_posts.id = any(array(SELECT purged_posts.id FROM purged_posts))
        AND greatest(
            (SELECT count(*) FROM picked_comments),
            (SELECT count(*) FROM kept_replies),
            (SELECT count(*) FROM deleted_translations),
            (SELECT count(*) FROM deleted_authors),
            (SELECT count(*) FROM deleted_categories),
            (SELECT count(*) FROM deleted_media)
        ) < :limit
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
