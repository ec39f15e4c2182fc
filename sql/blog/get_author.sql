-- One author by their slug, or none. Served by the unique index on slug.
-- cost: for the newest 100, the date of each post of the author, in some four blocks; a class that does not name them costs one row.
-- uses: blog/author_details
SELECT blog_author_details.*
FROM blog_author_details
WHERE blog_author_details.slug = :slug
