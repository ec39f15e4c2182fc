-- A comment that is shown and those above it, the uppermost first. Served by the primary key.
-- uses: blog/shown_comment, blog/thread_comment
WITH RECURSIVE climbed AS (
    SELECT
        blog_shown_comment.id,
        blog_shown_comment.parent_id,
        0 AS height
    FROM blog_shown_comment
    WHERE blog_shown_comment.id = :id
    UNION ALL
    SELECT
        parent.id,
        parent.parent_id,
        climbed.height + 1 AS height
    FROM climbed
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                blog_comments.id,
                blog_comments.parent_id
            FROM blog_comments
            WHERE blog_comments.id = climbed.parent_id
            LIMIT 1 -- noqa: AM09
        ) AS parent
    WHERE climbed.height < 10000
),

path AS (
    SELECT
        climbed.id,
        min(climbed.height) AS height
    FROM climbed
    GROUP BY climbed.id
)

SELECT blog_thread_comment.*
FROM path
INNER JOIN blog_thread_comment ON path.id = blog_thread_comment.id
ORDER BY
    path.height DESC,
    blog_thread_comment.id ASC
