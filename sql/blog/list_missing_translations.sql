-- Posts without a translation in a language, newest first. Served by the index on the order, and the unique index on post_id and in_language.
-- uses: blog/post, blog/translation
SELECT
    blog_post.*,
    json_build_array(coalesce(blog_post.published_at, blog_post.created_at), blog_post.id)::text AS cursor
FROM blog_post
WHERE
    NOT EXISTS (
        SELECT blog_translation.id
        FROM blog_translation
        WHERE
            blog_translation.post_id = blog_post.id
            AND blog_translation.in_language = :language
    )
    AND blog_post.status = :status -- when :status
    AND (coalesce(blog_post.published_at, blog_post.created_at), blog_post.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    coalesce(blog_post.published_at, blog_post.created_at) DESC,
    blog_post.id DESC
LIMIT :limit
