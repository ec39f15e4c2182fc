-- A comment, neither deleted nor of a deleted post, unless these are asked for.
SELECT
    blog_comments.id,
    blog_comments.post_id,
    blog_comments.parent_id,
    blog_comments.author_name,
    blog_comments.author_email,
    blog_comments.content,
    blog_comments.rating,
    blog_comments.status,
    blog_comments.in_language,
    blog_comments.deleted_at,
    blog_comments.created_at,
    blog_comments.updated_at
FROM blog_comments
LEFT JOIN blog_posts ON blog_comments.post_id = blog_posts.id
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no row with a NULL, which it would then sort.
    coalesce(blog_comments.deleted_at IS NULL, FALSE)
    AND (
        (coalesce(blog_posts.deleted_at IS NULL, FALSE) AND blog_posts.status IS DISTINCT FROM 'deleted')
        OR :of_deleted::boolean -- when :of_deleted
    )
