-- One organization by its slug, with its posts, newest first, and its authors, or none. Served by the unique index on slug.
-- uses: blog/organization, blog/post, blog/author
SELECT
    blog_organization.*,
    (
        SELECT
            coalesce(
                json_agg(
                    blog_post.*
                    ORDER BY coalesce(blog_post.published_at, blog_post.created_at) DESC, blog_post.id DESC
                ),
                '[]'
            )
        FROM blog_post
        WHERE blog_post.organization_id = blog_organization.id
    ) AS posts,
    (
        SELECT coalesce(json_agg(blog_author.* ORDER BY blog_author.slug, blog_author.id), '[]')
        FROM blog_author
        WHERE blog_author.works_for_id = blog_organization.id
    ) AS authors
FROM blog_organization
WHERE blog_organization.slug = :slug
