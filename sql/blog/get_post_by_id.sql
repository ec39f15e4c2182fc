-- One post by its id, or none. Served by the primary key.
-- uses: blog/post
SELECT blog_post.*
FROM blog_post
WHERE blog_post.id = :id
