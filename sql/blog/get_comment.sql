-- A comment and the replies below it, to any depth, the comment first, then oldest first. Served by the index on parent_id.
-- uses: blog/comment
WITH RECURSIVE subtree AS (
    SELECT
        blog_comment.id,
        0 AS is_reply
    FROM blog_comment
    WHERE blog_comment.id = :id
    UNION
    SELECT
        blog_comment.id,
        1 AS is_reply
    FROM subtree
    INNER JOIN blog_comment ON subtree.id = blog_comment.parent_id
    WHERE blog_comment.id <> :id
)

SELECT blog_comment.*
FROM subtree
INNER JOIN blog_comment ON subtree.id = blog_comment.id
ORDER BY
    subtree.is_reply,
    blog_comment.created_at,
    blog_comment.id
