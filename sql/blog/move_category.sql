-- Move a category below another, or to the top, and give it back.
SELECT pg_advisory_xact_lock(hashtextextended('blog_categories', 0));

WITH RECURSIVE ancestor AS (
    SELECT
        blog_categories.id,
        blog_categories.parent_id
    FROM blog_categories
    WHERE blog_categories.id = :parent_id
    UNION
    SELECT
        blog_categories.id,
        blog_categories.parent_id
    FROM ancestor
    INNER JOIN blog_categories ON ancestor.parent_id = blog_categories.id
)

SELECT concordia_refuse('cycle')
FROM ancestor
WHERE ancestor.id = :id;

UPDATE blog_categories
SET
    parent_id = :parent_id,
    updated_at = timezone('UTC', now())
WHERE blog_categories.id = :id
RETURNING
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
    blog_categories.updated_at
