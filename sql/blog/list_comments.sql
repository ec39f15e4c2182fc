-- The comments of a post, oldest first, replies among them. Served by the index on post_id, created_at, id.
-- uses: blog/comment
SELECT
    blog_comment.*,
    json_build_array(blog_comment.created_at, blog_comment.id)::text AS cursor
FROM blog_comment
WHERE
    blog_comment.post_id = :post_id
    AND blog_comment.status = :status -- when :status
    AND (blog_comment.created_at, blog_comment.id) > ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    blog_comment.created_at,
    blog_comment.id
LIMIT :limit
