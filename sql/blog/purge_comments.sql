-- Delete comments without replies that were deleted softly, the earliest first. Served by the index
-- for it. The rows are locked first, so that the next statement sees what was added until then.
SELECT set_config('concordia.purged', coalesce(json_agg(purged_comments.id ORDER BY purged_comments.id), '[]')::text, TRUE)
FROM (
    SELECT blog_comments.id
    FROM blog_comments
    WHERE
        blog_comments.deleted_at < :deleted_before
        AND NOT EXISTS (
            SELECT FROM blog_comments AS reply
            WHERE reply.parent_id = blog_comments.id AND reply.id <> blog_comments.id
            OFFSET 0 -- noqa: AM09
        )
    ORDER BY
        blog_comments.deleted_at ASC,
        blog_comments.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
) AS purged_comments;

DELETE FROM blog_comments
WHERE
    blog_comments.id = any(array(SELECT json_array_elements_text(current_setting('concordia.purged')::json)))
    AND NOT EXISTS (
        SELECT FROM blog_comments AS reply
        WHERE reply.parent_id = blog_comments.id AND reply.id <> blog_comments.id
        OFFSET 0 -- noqa: AM09
    )
