-- One comment by its id, or none. Served by the primary key.
-- uses: blog/comment_details
SELECT blog_comment_details.*
FROM blog_comment_details
WHERE blog_comment_details.id = :id
