-- How many posts have no translation in a language. Reads all posts, and the unique index on post_id and in_language.
-- uses: blog/post, blog/translation
SELECT count(*) AS count
FROM (
    SELECT blog_post.id
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
    LIMIT :at_most -- noqa: AM09
) AS counted
