-- The position of each comment that a thread shows: a comment that is neither deleted nor unapproved, or
-- that has such a comment below it.
SELECT
    blog_comments.id,
    blog_comments.post_id,
    blog_comments.parent_id,
    blog_comments.created_at,
    json_build_array(blog_comments.parent_id, blog_comments.created_at, blog_comments.id) AS cursor
FROM blog_comments
WHERE
    (blog_comments.deleted_at IS NULL AND blog_comments.status = 'approved')
    OR :with_hidden::boolean
    OR EXISTS (
        WITH RECURSIVE below AS (
            SELECT
                reply.id,
                reply.deleted_at IS NOT NULL OR reply.status <> 'approved' AS is_hidden
            FROM blog_comments AS reply
            WHERE reply.parent_id = blog_comments.id
            UNION
            SELECT
                reply.id,
                reply.is_hidden
            FROM below
            CROSS JOIN
                LATERAL ( -- noqa: ST05
                    SELECT
                        blog_comments.id,
                        blog_comments.deleted_at IS NOT NULL OR blog_comments.status <> 'approved' AS is_hidden
                    FROM blog_comments
                    WHERE blog_comments.parent_id = below.id
                    -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
                    OFFSET 0 -- noqa: AM09
                ) AS reply
            WHERE below.is_hidden
        )

        SELECT below.id
        FROM below
        WHERE NOT below.is_hidden
    )
