-- Change the given fields of a category and return it.
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
    updated_at = timezone('UTC', statement_timestamp())
WHERE blog_categories.id = :id
RETURNING blog_categories.*
