-- The position of each comment that a thread shows: a comment that is neither deleted nor unapproved, or
-- that has such a comment below it; none of a deleted post.
SELECT
    blog_comments.id,
    blog_comments.post_id,
    blog_comments.parent_id,
    blog_comments.created_at,
    json_build_array(blog_comments.parent_id, blog_comments.created_at, blog_comments.id) AS cursor
FROM blog_comments
WHERE
    :with_hidden::boolean
    OR (
        -- One lookup for each, here and below: the planner, which cannot know the depth, may else read the table for each level.
        NOT EXISTS (
            SELECT owner.id
            FROM blog_posts AS owner
            WHERE
                owner.id = blog_comments.post_id
                AND (owner.deleted_at IS NOT NULL OR owner.status = 'deleted')
            OFFSET 0 -- noqa: AM09
        )
        AND (
            (blog_comments.deleted_at IS NULL AND blog_comments.status = 'approved')
            OR EXISTS (
                WITH RECURSIVE below AS (
                    SELECT
                        reply.id,
                        reply.deleted_at IS NOT NULL
                        OR reply.status <> 'approved'
                        OR EXISTS (
                            SELECT owner.id
                            FROM blog_posts AS owner
                            WHERE
                                owner.id = reply.post_id
                                AND (owner.deleted_at IS NOT NULL OR owner.status = 'deleted')
                            OFFSET 0 -- noqa: AM09
                        ) AS is_hidden
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
                                blog_comments.deleted_at IS NOT NULL
                                OR blog_comments.status <> 'approved'
                                OR EXISTS (
                                    SELECT owner.id
                                    FROM blog_posts AS owner
                                    WHERE
                                        owner.id = blog_comments.post_id
                                        AND (owner.deleted_at IS NOT NULL OR owner.status = 'deleted')
                                    OFFSET 0 -- noqa: AM09
                                ) AS is_hidden
                            FROM blog_comments
                            WHERE blog_comments.parent_id = below.id
                            OFFSET 0 -- noqa: AM09
                        ) AS reply
                    WHERE below.is_hidden
                )

                SELECT below.id
                FROM below
                WHERE NOT below.is_hidden
            )
        )
    )
