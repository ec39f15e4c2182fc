-- One category by its slug, or none. Served by the unique index on slug.
-- uses: blog/category_details
SELECT blog_category_details.*
FROM blog_category_details
WHERE blog_category_details.slug = :slug
