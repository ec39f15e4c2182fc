-- One organization by its slug, with its posts, newest first, and its authors, or none. Served by the unique index on slug.
-- cost: each post of it that visitors do not see is read, in one block.
-- uses: blog/organization, blog/post, blog/author
SELECT
    blog_organization.*,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY coalesce(shown.published_at, shown.created_at) DESC, shown.id DESC), '[]')
        FROM (
            SELECT blog_post.*
            FROM blog_post
            WHERE blog_post.organization_id = blog_organization.id
            ORDER BY
                coalesce(blog_post.published_at, blog_post.created_at) DESC,
                blog_post.id DESC
            LIMIT 100
        ) AS shown
    ) AS posts,
    cardinality(array(
        SELECT 1
        FROM blog_post
        WHERE blog_post.organization_id = blog_organization.id
        LIMIT 1000 -- noqa: AM09
    )) AS post_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.slug, shown.id), '[]')
        FROM (
            SELECT blog_author.*
            FROM blog_author
            WHERE blog_author.works_for_id = blog_organization.id
            ORDER BY
                blog_author.slug,
                blog_author.id
            LIMIT 100
        ) AS shown
    ) AS authors,
    cardinality(array(
        SELECT 1
        FROM blog_author
        WHERE blog_author.works_for_id = blog_organization.id
        LIMIT 1000 -- noqa: AM09
    )) AS author_count
FROM blog_organization
WHERE blog_organization.slug = :slug
