-- Create a category and return it.
SELECT refuse_command('cycle') -- when :parent_id
WHERE :parent_id::text = :id::text; -- when :parent_id

INSERT INTO blog_categories (
    id,
    slug,
    name,
    description,
    featured_image_id,
    display_in_home,
    display_in_menu,
    display_in_blog,
    is_featured,
    parent_id,
    seo_title,
    seo_description,
    seo_keywords,
    canonical_url,
    created_at,
    updated_at
) VALUES (
    :id,
    :slug,
    :name::jsonb,
    :description::jsonb,
    :featured_image_id,
    :display_in_home,
    :display_in_menu,
    :display_in_blog,
    :is_featured,
    :parent_id,
    :seo_title::jsonb,
    :seo_description::jsonb,
    :seo_keywords::jsonb,
    :canonical_url::jsonb,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING blog_categories.*
