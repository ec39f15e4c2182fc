-- A comment that is approved and of a published post, unless others are asked for; none that is deleted.
-- uses: blog/readable_post
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
INNER JOIN blog_readable_post ON blog_comments.post_id = blog_readable_post.id
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no such row, which it would then sort.
    coalesce(blog_comments.deleted_at IS NULL, FALSE)
    AND (
        coalesce(blog_comments.status = 'approved', FALSE)
        OR :with_unpublished::boolean -- when :with_unpublished
    )
