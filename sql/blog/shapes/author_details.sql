-- An author with avatar, organization and posts.
-- uses: blog/author, blog/post
SELECT
    blog_author.*,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY coalesce(shown.published_at, shown.created_at) DESC, shown.id DESC), '[]')
        FROM (
            SELECT blog_post.*
            FROM blog_post_authors
            INNER JOIN blog_post ON blog_post_authors.post_id = blog_post.id
            WHERE blog_post_authors.author_id = blog_author.id
            ORDER BY
                coalesce(blog_post.published_at, blog_post.created_at) DESC,
                blog_post.id DESC
            LIMIT 100
        ) AS shown
    ) AS posts,
    cardinality(array(
        SELECT 1
        FROM blog_post_authors
        INNER JOIN blog_post ON blog_post_authors.post_id = blog_post.id
        WHERE blog_post_authors.author_id = blog_author.id
        LIMIT 1000 -- noqa: AM09
    )) AS post_count
FROM blog_author
