-- Change the given fields of a category and return it.
UPDATE services_categories
SET
    slug = :slug, -- when :slug
    name = :name::jsonb, -- when :name
    description = :description::jsonb, -- when :description
    icon = :icon, -- when :icon
    featured_image_id = :featured_image_id, -- when :featured_image_id
    sort_order = :sort_order, -- when :sort_order
    display_in_home = :display_in_home, -- when :display_in_home
    display_in_menu = :display_in_menu, -- when :display_in_menu
    is_active = :is_active, -- when :is_active
    is_featured = :is_featured, -- when :is_featured
    seo_title = :seo_title::jsonb, -- when :seo_title
    seo_description = :seo_description::jsonb, -- when :seo_description
    updated_at = timezone('UTC', statement_timestamp())
WHERE services_categories.id = :id
RETURNING services_categories.*
