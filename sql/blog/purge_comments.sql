-- Delete comments without replies that were deleted softly, the longest ago first. Served by the index for it.
WITH purged_comments AS (
    SELECT blog_comments.id
    FROM blog_comments
    WHERE
        blog_comments.deleted_at < :deleted_before
        AND NOT EXISTS (
            SELECT FROM blog_comments AS reply
            WHERE reply.parent_id = blog_comments.id AND reply.id <> blog_comments.id
        )
    ORDER BY
        blog_comments.deleted_at ASC,
        blog_comments.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM blog_comments
USING purged_comments
WHERE blog_comments.id = purged_comments.id
