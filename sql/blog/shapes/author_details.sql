-- An author with avatar, organization and posts.
-- uses: blog/author, blog/post
SELECT
    blog_author.*,
    (
        SELECT
            coalesce(
                json_agg(
                    blog_post.*
                    ORDER BY coalesce(blog_post.published_at, blog_post.created_at) DESC, blog_post.id DESC
                ),
                '[]'
            )
        FROM blog_post_authors
        INNER JOIN blog_post ON blog_post_authors.post_id = blog_post.id
        WHERE blog_post_authors.author_id = blog_author.id
    ) AS posts
FROM blog_author
