-- One translation by its id, with its post, or none. Served by the primary key.
-- uses: blog/translation, blog/post
SELECT
    blog_translation.*,
    (
        SELECT to_json(blog_post.*)
        FROM blog_post
        WHERE blog_post.id = blog_translation.post_id
    ) AS post
FROM blog_translation
LEFT JOIN blog_posts ON blog_translation.post_id = blog_posts.id
WHERE
    blog_translation.id = :id
    AND (
        (blog_posts.deleted_at IS NULL AND blog_posts.status IS DISTINCT FROM 'deleted')
        OR :of_deleted::boolean -- when :of_deleted
    )
