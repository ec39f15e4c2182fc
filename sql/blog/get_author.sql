-- One author by their slug, or none. Served by the unique index on slug.
-- cost: all posts of the author; a class that does not name them costs one row.
-- uses: blog/author_details
SELECT blog_author_details.*
FROM blog_author_details
WHERE blog_author_details.slug = :slug
