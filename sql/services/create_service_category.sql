-- Create a category and give it back.
SELECT concordia_refuse('cycle') -- when :parent_id
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
    timezone('UTC', now()),
    timezone('UTC', now())
)
RETURNING
    services_categories.id,
    services_categories.slug,
    services_categories.name,
    services_categories.description,
    services_categories.icon,
    services_categories.featured_image_id,
    services_categories.parent_id,
    services_categories.sort_order,
    services_categories.display_in_home,
    services_categories.display_in_menu,
    services_categories.is_active,
    services_categories.is_featured,
    services_categories.seo_title,
    services_categories.seo_description,
    services_categories.created_at,
    services_categories.updated_at
