-- One post by its slug, or none. Served by the unique index on slug.
-- cost: its links to authors, categories and media are read to be sorted, each in up to four blocks.
-- uses: blog/post
SELECT blog_post.*
FROM blog_post
WHERE blog_post.slug = :slug
