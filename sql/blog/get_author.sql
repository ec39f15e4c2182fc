-- One author by their slug, or none. Served by the unique index on slug.
-- cost: the dates of all posts of the author, for the newest 100; a class that does not name them costs one row.
-- uses: blog/author_details
SELECT blog_author_details.*
FROM blog_author_details
WHERE blog_author_details.slug = :slug
