-- One post by its slug, or none. Served by the unique index on slug.
-- uses: blog/post
SELECT blog_post.*
FROM blog_post
WHERE blog_post.slug = :slug
