-- The comments of a post and, of the hidden ones, those above one that is not, oldest first, to be linked to trees. A depth counts
-- from the comments that reply to none of the post. Served by the indexes on post_id, created_at, id and on parent_id.
-- uses: blog/thread_comment
WITH RECURSIVE kept AS (
    SELECT
        blog_comments.id,
        blog_comments.parent_id
    FROM blog_comments
    WHERE
        blog_comments.post_id = :post_id
        AND (
            (blog_comments.deleted_at IS NULL AND blog_comments.status = 'approved')
            OR :with_hidden::boolean -- when :with_hidden
        )
    UNION
    SELECT
        parent.id,
        parent.parent_id
    FROM kept
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                blog_comments.id,
                blog_comments.parent_id
            FROM blog_comments
            WHERE
                blog_comments.id = kept.parent_id
                AND blog_comments.post_id = :post_id
                AND (blog_comments.deleted_at IS NOT NULL OR blog_comments.status <> 'approved')
            LIMIT 1 -- noqa: AM09
        ) AS parent
),

leveled AS (
    SELECT
        root.id,
        0 AS depth
    FROM blog_comments AS root
    LEFT JOIN blog_comments AS parent ON root.parent_id = parent.id AND root.post_id = parent.post_id
    WHERE
        root.post_id = :post_id
        AND parent.id IS NULL
    UNION ALL
    SELECT
        reply.id,
        leveled.depth + 1 AS depth
    FROM leveled
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT blog_comments.id
            FROM blog_comments
            WHERE
                blog_comments.parent_id = leveled.id
                AND blog_comments.post_id = :post_id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE leveled.depth < :depth::integer
)

SELECT blog_thread_comment.*
FROM kept
INNER JOIN blog_thread_comment ON kept.id = blog_thread_comment.id
WHERE
    TRUE
    AND kept.id IN (SELECT leveled.id FROM leveled) -- when :depth
ORDER BY
    blog_thread_comment.created_at,
    blog_thread_comment.id
