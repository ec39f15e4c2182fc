-- The ids of the posts of the author, category, language or part of a slug that ListPosts asks for: of the first that has up to 1,000, or no row.
-- uses: blog/post, blog/author, blog/chosen_category, blog/translation
SELECT few.ids
FROM (
    WITH found AS MATERIALIZED (
        -- noqa: disable=AM09
        SELECT NULL::text[] AS ids
        WHERE FALSE
        UNION ALL -- when :author
        SELECT -- when :author
            array( -- when :author
                SELECT blog_post_authors.post_id -- when :author
                FROM blog_post_authors -- when :author
                WHERE -- when :author
                    blog_post_authors.author_id = ( -- when :author
                        SELECT blog_author.id -- when :author
                        FROM blog_author -- when :author
                        WHERE blog_author.slug = :author -- when :author
                    ) -- when :author
                LIMIT 1001 -- when :author
            ) AS ids -- when :author
        UNION ALL -- when :category
        SELECT -- when :category
            array( -- when :category
                SELECT link.post_id -- when :category
                FROM blog_chosen_category -- when :category
                CROSS JOIN -- when :category
                    LATERAL ( -- when :category
                        SELECT blog_post_categories.post_id -- when :category
                        FROM blog_post_categories -- when :category
                        WHERE blog_post_categories.category_id = blog_chosen_category.id -- when :category
                        OFFSET 0 -- when :category
                    ) AS link -- when :category
                LIMIT 1001 -- when :category
            ) AS ids -- when :category
        UNION ALL -- when :language
        SELECT -- when :language
            array( -- when :language
                SELECT blog_translation.post_id -- when :language
                FROM blog_translation -- when :language
                WHERE blog_translation.in_language = :language -- when :language
                LIMIT 1001 -- when :language
            ) AS ids -- when :language
        UNION ALL -- when :slug_contains
        SELECT -- when :slug_contains
            array( -- when :slug_contains
                SELECT blog_post.id -- when :slug_contains
                FROM blog_post -- when :slug_contains
                WHERE -- when :slug_contains
                    lower(blog_post.slug) -- when :slug_contains
                    LIKE (SELECT '%' || regexp_replace(lower(:slug_contains), '([\\%_])', '\\\1', 'g') || '%') -- when :slug_contains
                LIMIT 1001 -- when :slug_contains
            ) AS ids -- when :slug_contains
    )

    SELECT found.ids
    FROM found
    WHERE cardinality(found.ids) <= 1000
    LIMIT 1 -- noqa: AM09
) AS few
