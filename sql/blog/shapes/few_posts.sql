-- The ids of the posts of the author, the category, the language or the part of a slug that ListPosts asks for: of the first of these that has
-- up to 1,000, or no row. Served by the indexes of the links by author_id, category_id and in_language.
-- uses: blog/post, blog/author, blog/chosen_category, blog/translation
SELECT few.ids
FROM (
    WITH found AS MATERIALIZED (
        SELECT
            array(
                SELECT blog_post_authors.post_id
                FROM blog_post_authors
                WHERE
                    blog_post_authors.author_id = (
                        SELECT blog_author.id
                        FROM blog_author
                        WHERE blog_author.slug = :author
                    )
                LIMIT 1001 -- noqa: AM09
            ) AS ids
        WHERE :author::text IS NOT NULL
        UNION ALL
        SELECT
            array(
                SELECT link.post_id
                FROM blog_chosen_category
                CROSS JOIN
                    LATERAL ( -- noqa: ST05
                        SELECT blog_post_categories.post_id
                        FROM blog_post_categories
                        WHERE blog_post_categories.category_id = blog_chosen_category.id
                        OFFSET 0 -- noqa: AM09
                    ) AS link
                LIMIT 1001 -- noqa: AM09
            ) AS ids
        WHERE :category::text IS NOT NULL
        UNION ALL
        SELECT
            array(
                SELECT blog_translation.post_id
                FROM blog_translation
                WHERE blog_translation.in_language = :language
                LIMIT 1001 -- noqa: AM09
            ) AS ids
        WHERE :language::text IS NOT NULL
        UNION ALL
        SELECT
            array(
                SELECT blog_post.id
                FROM blog_post
                WHERE lower(blog_post.slug) LIKE (SELECT '%' || regexp_replace(lower(:slug_contains), '([\\%_])', '\\\1', 'g') || '%')
                LIMIT 1001 -- noqa: AM09
            ) AS ids
        WHERE :slug_contains::text IS NOT NULL
    )

    SELECT found.ids
    FROM found
    WHERE cardinality(found.ids) <= 1000
    LIMIT 1 -- noqa: AM09
) AS few
