-- The position of each comment that a thread shows: a comment that is neither deleted nor unapproved, or
-- that has such a comment below it; none of a hidden post.
-- uses: blog/hidden_post
SELECT
    blog_comments.id,
    blog_comments.post_id,
    blog_comments.parent_id,
    blog_comments.created_at,
    blog_comments.ctid AS place,
    json_build_array(blog_comments.parent_id, blog_comments.created_at, blog_comments.id) AS cursor
FROM blog_comments
WHERE
    :with_hidden::boolean
    OR (
        -- One lookup for each, here and below: the planner, which cannot know the depth, may else read the table for each level.
        -- The post asked for is looked up once.
        CASE
            WHEN blog_comments.post_id = :post_id::text
                THEN NOT EXISTS (
                    SELECT blog_hidden_post.id
                    FROM blog_hidden_post
                    WHERE blog_hidden_post.id = :post_id::text
                )
            ELSE NOT EXISTS (
                SELECT blog_hidden_post.id
                FROM blog_hidden_post
                WHERE blog_hidden_post.id = blog_comments.post_id
                OFFSET 0 -- noqa: AM09
            )
        END
        AND (
            (blog_comments.deleted_at IS NULL AND blog_comments.status = 'approved')
            OR EXISTS (
                WITH RECURSIVE reached AS (
                    SELECT
                        blog_comments.id,
                        TRUE AS is_hidden
                    UNION
                    SELECT
                        reply.id,
                        reply.is_hidden
                    FROM reached
                    CROSS JOIN
                        LATERAL ( -- noqa: ST05
                            SELECT
                                blog_comments.id,
                                blog_comments.deleted_at IS NOT NULL
                                OR blog_comments.status <> 'approved'
                                OR EXISTS (
                                    SELECT blog_hidden_post.id
                                    FROM blog_hidden_post
                                    WHERE blog_hidden_post.id = blog_comments.post_id
                                    OFFSET 0 -- noqa: AM09
                                ) AS is_hidden
                            FROM blog_comments
                            WHERE blog_comments.parent_id = reached.id
                            OFFSET 0 -- noqa: AM09
                        ) AS reply
                    WHERE reached.is_hidden
                )

                SELECT reached.id
                FROM reached
                WHERE NOT reached.is_hidden
            )
        )
    )
