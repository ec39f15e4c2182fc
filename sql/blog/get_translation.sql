-- One translation by its id, with its post, or none. Served by the primary key.
-- uses: blog/translation, blog/post, blog/readable_post
SELECT
    blog_translation.*,
    (
        SELECT to_json(blog_post.*)
        FROM blog_post
        WHERE blog_post.id = blog_translation.post_id
    ) AS post
FROM blog_translation
INNER JOIN blog_readable_post ON blog_translation.post_id = blog_readable_post.id
WHERE blog_translation.id = :id
