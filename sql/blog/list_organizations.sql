-- Organizations by slug, id. Served by the unique index on slug.
-- uses: blog/organization
SELECT
    blog_organization.*,
    json_build_array(blog_organization.slug, blog_organization.id)::text AS cursor
FROM blog_organization
WHERE
    TRUE
    AND blog_organization.is_active = :is_active::boolean -- when :is_active
    AND blog_organization.is_featured = :is_featured::boolean -- when :is_featured
    AND (blog_organization.slug, blog_organization.id) > (:after::json ->> 0, :after::json ->> 1) -- when :after
ORDER BY
    blog_organization.slug,
    blog_organization.id
LIMIT :limit
