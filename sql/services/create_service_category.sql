-- Create a category and return it.
SELECT refuse_command('cycle') -- when :parent_id
WHERE :parent_id::text = :id::text; -- when :parent_id

INSERT INTO services_categories (
    id,
    slug,
    name,
    description,
    icon,
    featured_image_id,
    parent_id,
    sort_order,
    display_in_home,
    display_in_menu,
    is_active,
    is_featured,
    seo_title,
    seo_description,
    created_at,
    updated_at
) VALUES (
    :id,
    :slug,
    :name::jsonb,
    :description::jsonb,
    :icon,
    :featured_image_id,
    :parent_id,
    :sort_order,
    :display_in_home,
    :display_in_menu,
    :is_active,
    :is_featured,
    :seo_title::jsonb,
    :seo_description::jsonb,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING services_categories.*
