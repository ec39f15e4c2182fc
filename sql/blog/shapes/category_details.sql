-- A category with its featured image, its parent, its children and its posts.
-- uses: blog/category, blog/medium, blog/post
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
    ) AS featured_image,
    (
        SELECT to_json(blog_category.*)
        FROM blog_category
        WHERE blog_category.id = blog_categories.parent_id
    ) AS parent,
    (
        SELECT coalesce(json_agg(blog_category.* ORDER BY blog_category.slug, blog_category.id), '[]')
        FROM blog_category
        WHERE blog_category.parent_id = blog_categories.id
    ) AS children,
    (
        SELECT
            coalesce(
                json_agg(
                    blog_post.*
                    ORDER BY coalesce(blog_post.published_at, blog_post.created_at) DESC, blog_post.id DESC
                ),
                '[]'
            )
        FROM blog_post_categories
        INNER JOIN blog_post ON blog_post_categories.post_id = blog_post.id
        WHERE blog_post_categories.category_id = blog_categories.id
    ) AS posts
FROM blog_categories
