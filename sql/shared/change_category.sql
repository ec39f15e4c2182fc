-- Change the given fields of a category and return it.
-- names: categories, is_shown, icon, sort_order, seo_keywords, canonical_url
UPDATE categories
SET
    slug = :slug, -- when :slug
    name = :name::jsonb, -- when :name
    description = :description::jsonb, -- when :description
    icon = :icon, -- when $icon and :icon
    featured_image_id = :featured_image_id, -- when :featured_image_id
    sort_order = :sort_order, -- when $sort_order and :sort_order
    display_in_home = :display_in_home, -- when :display_in_home
    display_in_menu = :display_in_menu, -- when :display_in_menu
    is_shown = :is_shown, -- when :is_shown
    is_featured = :is_featured, -- when :is_featured
    seo_title = :seo_title::jsonb, -- when :seo_title
    seo_description = :seo_description::jsonb, -- when :seo_description
    seo_keywords = :seo_keywords::jsonb, -- when $seo_keywords and :seo_keywords
    canonical_url = :canonical_url::jsonb, -- when $canonical_url and :canonical_url
    updated_at = timezone('UTC', statement_timestamp())
WHERE categories.id = :id
RETURNING categories.*
