-- A comment, shown or hidden (deleted, not approved, or of a hidden post), a hidden one without what its author wrote unless it is asked for.
-- uses: blog/hidden_post, blog/shown_comment
SELECT
    blog_comments.id,
    blog_comments.post_id,
    blog_comments.parent_id,
    blog_comments.status,
    blog_comments.in_language,
    blog_comments.deleted_at,
    blog_comments.created_at,
    blog_comments.updated_at,
    blog_comments.ctid AS place,
    state.is_hidden,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN blog_comments.author_name END AS author_name,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN blog_comments.author_email END AS author_email,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN blog_comments.content END AS content,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN blog_comments.rating END AS rating,
    (
        SELECT count(*)
        FROM (
            SELECT blog_shown_comment.id
            FROM blog_shown_comment
            WHERE blog_shown_comment.parent_id = blog_comments.id
            ORDER BY
                blog_shown_comment.created_at ASC,
                blog_shown_comment.id ASC
            LIMIT 1000
        ) AS counted
    ) AS reply_count
FROM blog_comments
LEFT JOIN
    LATERAL ( -- noqa: ST05
        SELECT blog_hidden_post.id
        FROM blog_hidden_post
        WHERE
            blog_hidden_post.id = blog_comments.post_id
            AND blog_comments.post_id IS DISTINCT FROM :post_id::text
        -- One lookup for each: the planner may else read the table for a few rows. The post asked for is looked up once.
        OFFSET 0 -- noqa: AM09
    ) AS gone
    ON TRUE
CROSS JOIN
    LATERAL ( -- noqa: ST05
        SELECT
            blog_comments.deleted_at IS NOT NULL
            OR blog_comments.status <> 'approved'
            OR gone.id IS NOT NULL
            OR (
                blog_comments.post_id = :post_id::text
                AND EXISTS (
                    SELECT blog_hidden_post.id
                    FROM blog_hidden_post
                    WHERE blog_hidden_post.id = :post_id::text
                )
            ) AS is_hidden
    ) AS state
