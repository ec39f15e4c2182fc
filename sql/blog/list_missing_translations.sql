-- Posts without a translation in a language, newest first. Served by the index on the order, and the unique index on post_id and in_language.
-- cost: up to 100 posts for each of the page are tried; if too few of them lack it, all posts and all translations in the language are read.
-- uses: blog/filtered_post, blog/translation
WITH tried AS MATERIALIZED (
    SELECT newest.id
    FROM (
        SELECT
            blog_filtered_post.id,
            blog_filtered_post.moment
        FROM blog_filtered_post
        ORDER BY
            blog_filtered_post.moment DESC,
            blog_filtered_post.id DESC
        LIMIT 100 * :limit::bigint
    ) AS newest
    WHERE
        -- It is looked up for each, which OFFSET keeps the planner from turning into a join with all translations.
        NOT EXISTS (
            SELECT blog_translation.id
            FROM blog_translation
            WHERE
                blog_translation.post_id = newest.id
                AND blog_translation.in_language = :language
            OFFSET 0 -- noqa: AM09
        )
    ORDER BY
        newest.moment DESC,
        newest.id DESC
    LIMIT :limit
),

page AS (
    SELECT tried.id
    FROM tried
    UNION ALL
    (
        SELECT lacking.id
        FROM (
            SELECT
                blog_filtered_post.id,
                blog_filtered_post.moment
            FROM blog_filtered_post
            WHERE
                NOT EXISTS (
                    SELECT blog_translation.id
                    FROM blog_translation
                    WHERE
                        blog_translation.post_id = blog_filtered_post.id
                        AND blog_translation.in_language = :language
                )
            -- So that all are found before they are sorted, whatever the planner takes to be on the page.
            OFFSET 0 -- noqa: AM09
        ) AS lacking
        WHERE
            (SELECT count(tried.id) FROM tried) < :limit
            AND EXISTS (
                SELECT blog_filtered_post.id
                FROM blog_filtered_post
                ORDER BY
                    blog_filtered_post.moment DESC,
                    blog_filtered_post.id DESC
                OFFSET 100 * :limit::bigint
            )
        ORDER BY
            lacking.moment DESC,
            lacking.id DESC
        LIMIT :limit
    )
)

SELECT
    blog_filtered_post.*,
    json_build_array(blog_filtered_post.moment, blog_filtered_post.id)::text AS cursor
FROM blog_filtered_post
WHERE blog_filtered_post.id = any(array(SELECT page.id FROM page))
ORDER BY
    blog_filtered_post.moment DESC,
    blog_filtered_post.id DESC
LIMIT :limit
