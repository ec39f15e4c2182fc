-- The comments of one status on all posts, oldest first. Served by the index on status, created_at, id.
-- uses: blog/comment_details
SELECT
    blog_comment_details.*,
    json_build_array(blog_comment_details.created_at, blog_comment_details.id)::text AS cursor
FROM blog_comment_details
WHERE
    blog_comment_details.status = :status
    AND (blog_comment_details.created_at, blog_comment_details.id) > ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    blog_comment_details.created_at,
    blog_comment_details.id
LIMIT :limit
