-- A comment and the replies below it, to any depth, the comment first, then oldest first. Served by the index on parent_id.
-- uses: blog/comment
WITH RECURSIVE thread AS (
    SELECT blog_comment.id
    FROM blog_comment
    WHERE blog_comment.id = :id
    UNION
    SELECT reply.id
    FROM thread
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT blog_comment.id
            FROM blog_comment
            WHERE
                blog_comment.parent_id = thread.id
                AND blog_comment.id <> :id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
)

SELECT blog_comment.*
FROM blog_comment
WHERE blog_comment.id = any(array(SELECT thread.id FROM thread LIMIT :limit)) -- noqa: AM09
ORDER BY
    blog_comment.id = :id DESC,
    blog_comment.created_at ASC,
    blog_comment.id ASC
