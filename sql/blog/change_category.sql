-- Change what is given of a category and give it back.
UPDATE blog_categories
SET
    slug = :slug, -- when :slug
    name = :name::jsonb, -- when :name
    description = :description::jsonb, -- when :description
    featured_image_id = :featured_image_id, -- when :featured_image_id
    display_in_home = :display_in_home, -- when :display_in_home
    display_in_menu = :display_in_menu, -- when :display_in_menu
    display_in_blog = :display_in_blog, -- when :display_in_blog
    is_featured = :is_featured, -- when :is_featured
    seo_title = :seo_title::jsonb, -- when :seo_title
    seo_description = :seo_description::jsonb, -- when :seo_description
    seo_keywords = :seo_keywords::jsonb, -- when :seo_keywords
    canonical_url = :canonical_url::jsonb, -- when :canonical_url
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
