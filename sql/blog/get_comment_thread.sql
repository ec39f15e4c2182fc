-- All comments of a post, oldest first. Served by the index on post_id, created_at, id.
-- uses: blog/comment
SELECT blog_comment.*
FROM blog_comment
WHERE
    blog_comment.post_id = :post_id
    AND blog_comment.status = :status -- when :status
ORDER BY
    blog_comment.created_at,
    blog_comment.id
LIMIT :limit
