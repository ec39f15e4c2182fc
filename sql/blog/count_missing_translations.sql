-- How many posts have no translation in a language. Reads posts until enough are found, and all translations in the language, by its index.
-- cost: all posts, if fewer lack it than are counted.
-- uses: blog/filtered_post, blog/translation
-- Materialized, and planned as if all were counted: the translations are read once, not looked up for each post.
WITH lacking AS MATERIALIZED (
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
)

SELECT count(*) AS count
FROM (
    SELECT lacking.id
    FROM lacking
    LIMIT :at_most -- noqa: AM09
) AS counted
