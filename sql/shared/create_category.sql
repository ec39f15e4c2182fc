-- Create a category and return it.
-- names: categories, is_shown, icon, sort_order, seo_keywords, canonical_url
SELECT refuse_command('cycle') -- when :parent_id
WHERE :parent_id::text = :id::text; -- when :parent_id

INSERT INTO categories (
    id,
    slug,
    name,
    description,
    icon, -- when $icon
    featured_image_id,
    display_in_home,
    display_in_menu,
    is_shown,
    is_featured,
    parent_id,
    sort_order, -- when $sort_order
    seo_title,
    seo_description,
    seo_keywords, -- when $seo_keywords
    canonical_url, -- when $canonical_url
    created_at,
    updated_at
) VALUES (
    :id,
    :slug,
    :name::jsonb,
    :description::jsonb,
    :icon, -- when $icon
    :featured_image_id,
    :display_in_home,
    :display_in_menu,
    :is_shown,
    :is_featured,
    :parent_id,
    :sort_order, -- when $sort_order
    :seo_title::jsonb,
    :seo_description::jsonb,
    :seo_keywords::jsonb, -- when $seo_keywords
    :canonical_url::jsonb, -- when $canonical_url
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING categories.*
