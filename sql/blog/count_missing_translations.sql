-- How many posts have no translation in a language. Reads all posts, and the unique index on post_id and in_language.
-- uses: blog/filtered_post, blog/translation
SELECT count(*) AS count
FROM (
    SELECT blog_filtered_post.id
    FROM blog_filtered_post
    WHERE
        NOT EXISTS (
            SELECT blog_translation.id
            FROM blog_translation
            WHERE
                blog_translation.post_id = blog_filtered_post.id
                AND blog_translation.in_language = :language
        )
    LIMIT :at_most -- noqa: AM09
) AS counted
