-- Authors by slug, id. Served by the unique index on slug.
-- uses: blog/author, blog/organization
WITH chosen_organization AS (
    SELECT blog_organization.id
    FROM blog_organization
    WHERE blog_organization.slug = :organization
)

SELECT
    blog_author.*,
    json_build_array(blog_author.slug, blog_author.id)::text AS cursor
FROM blog_author
WHERE
    TRUE
    AND blog_author.works_for_id = (SELECT chosen_organization.id FROM chosen_organization) -- when :organization
    AND blog_author.display_in_home = :display_in_home::boolean -- when :display_in_home
    AND blog_author.display_in_blog = :display_in_blog::boolean -- when :display_in_blog
    AND blog_author.is_featured = :is_featured::boolean -- when :is_featured
    AND (blog_author.slug, blog_author.id) > (:after::json ->> 0, :after::json ->> 1) -- when :after
ORDER BY
    blog_author.slug,
    blog_author.id
LIMIT :limit
