-- A category with its featured image.
-- uses: blog/medium
SELECT
    blog_categories.id,
    blog_categories.slug,
    blog_categories.name,
    blog_categories.description,
    blog_categories.featured_image_id,
    blog_categories.display_in_home,
    blog_categories.display_in_menu,
    blog_categories.display_in_blog,
    blog_categories.is_featured,
    blog_categories.parent_id,
    blog_categories.seo_title,
    blog_categories.seo_description,
    blog_categories.seo_keywords,
    blog_categories.canonical_url,
    blog_categories.created_at,
    blog_categories.updated_at,
    (
        SELECT to_json(blog_medium.*)
        FROM blog_medium
        WHERE blog_medium.id = blog_categories.featured_image_id
    ) AS featured_image
FROM blog_categories
