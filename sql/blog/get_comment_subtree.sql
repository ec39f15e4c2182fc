-- A comment, first, and the replies below it, oldest first; of the hidden ones, those above one that is not. Served by the primary key
-- and the index on parent_id.
-- uses: blog/thread_comment
WITH RECURSIVE subtree AS (
    SELECT
        top.id,
        top.parent_id,
        top.deleted_at IS NOT NULL OR top.status <> 'approved' AS is_hidden,
        0 AS depth
    FROM blog_comments AS top
    WHERE top.id = :id
    UNION ALL
    SELECT
        reply.id,
        reply.parent_id,
        reply.is_hidden,
        subtree.depth + 1 AS depth
    FROM subtree
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                blog_comments.id,
                blog_comments.parent_id,
                blog_comments.deleted_at IS NOT NULL OR blog_comments.status <> 'approved' AS is_hidden
            FROM blog_comments
            WHERE
                blog_comments.parent_id = subtree.id
                AND blog_comments.id <> :id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
),

kept AS (
    SELECT
        subtree.id,
        subtree.parent_id,
        subtree.depth
    FROM subtree
    WHERE
        NOT subtree.is_hidden
        OR :with_hidden::boolean -- when :with_hidden
    UNION
    SELECT
        parent.id,
        parent.parent_id,
        kept.depth - 1 AS depth
    FROM kept
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                blog_comments.id,
                blog_comments.parent_id
            FROM blog_comments
            WHERE
                blog_comments.id = kept.parent_id
                AND (blog_comments.deleted_at IS NOT NULL OR blog_comments.status <> 'approved')
            LIMIT 1 -- noqa: AM09
        ) AS parent
    WHERE kept.id <> :id
)

SELECT blog_thread_comment.*
FROM kept
INNER JOIN blog_thread_comment ON kept.id = blog_thread_comment.id
WHERE
    TRUE
    AND kept.depth <= :depth::integer -- when :depth
ORDER BY
    kept.depth > 0,
    blog_thread_comment.created_at,
    blog_thread_comment.id
