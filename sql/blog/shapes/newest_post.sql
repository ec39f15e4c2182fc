-- A page of the posts that list_posts finds by author, category, language or a part of the slug. If one of these has up to 1,000 posts, they are
-- sorted. If all have more, the newest posts are tried, up to 100 for each of the page; if too few of them fit, all that fit are sorted.
-- uses: blog/few_posts, blog/filtered_post, blog/chosen_post, blog/author, blog/chosen_category, blog/translation
SELECT newest.id
FROM (
    WITH few AS MATERIALIZED (
        SELECT blog_few_posts.ids
        FROM blog_few_posts
    ),

    tried AS MATERIALIZED (
        SELECT candidate.id
        FROM (
            SELECT
                blog_filtered_post.id,
                blog_filtered_post.slug,
                coalesce(blog_filtered_post.published_at, blog_filtered_post.created_at) AS moment
            FROM blog_filtered_post
            WHERE
                blog_filtered_post.id = any((SELECT few.ids FROM few)::text[])
                AND (coalesce(blog_filtered_post.published_at, blog_filtered_post.created_at), blog_filtered_post.id) -- when :after
                < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
            UNION ALL
            (
                SELECT
                    blog_filtered_post.id,
                    blog_filtered_post.slug,
                    coalesce(blog_filtered_post.published_at, blog_filtered_post.created_at) AS moment
                FROM blog_filtered_post
                WHERE
                    NOT EXISTS (SELECT few.ids FROM few)
                    AND (coalesce(blog_filtered_post.published_at, blog_filtered_post.created_at), blog_filtered_post.id) -- when :after
                    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
                ORDER BY
                    coalesce(blog_filtered_post.published_at, blog_filtered_post.created_at) DESC,
                    blog_filtered_post.id DESC
                LIMIT 100 * :limit::bigint
            )
        ) AS candidate
        -- noqa: disable=AM09
        WHERE
            TRUE
            -- Each is looked up for the post, which OFFSET keeps the planner from turning into a join with all links.
            AND EXISTS ( -- when :author
                SELECT blog_post_authors.post_id -- when :author
                FROM blog_post_authors -- when :author
                WHERE -- when :author
                    blog_post_authors.post_id = candidate.id -- when :author
                    AND blog_post_authors.author_id = ( -- when :author
                        SELECT blog_author.id -- when :author
                        FROM blog_author -- when :author
                        WHERE blog_author.slug = :author -- when :author
                    ) -- when :author
                OFFSET 0 -- when :author
            ) -- when :author
            AND EXISTS ( -- when :category
                SELECT blog_post_categories.post_id -- when :category
                FROM blog_post_categories -- when :category
                WHERE -- when :category
                    blog_post_categories.post_id = candidate.id -- when :category
                    AND blog_post_categories.category_id IN (SELECT blog_chosen_category.id FROM blog_chosen_category) -- when :category
                OFFSET 0 -- when :category
            ) -- when :category
            AND EXISTS ( -- when :language
                SELECT blog_translation.post_id -- when :language
                FROM blog_translation -- when :language
                WHERE -- when :language
                    blog_translation.post_id = candidate.id -- when :language
                    AND blog_translation.in_language = :language -- when :language
                OFFSET 0 -- when :language
            ) -- when :language
            AND lower(candidate.slug) -- when :slug_contains
            LIKE (SELECT '%' || regexp_replace(lower(:slug_contains), '([\\%_])', '\\\1', 'g') || '%') -- when :slug_contains
        -- noqa: enable=AM09
        ORDER BY
            candidate.moment DESC,
            candidate.id DESC
        LIMIT :limit
    )

    SELECT tried.id
    FROM tried
    UNION ALL
    (
        SELECT fitting.id
        FROM (
            SELECT
                blog_chosen_post.id,
                coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at) AS moment
            FROM blog_chosen_post
            WHERE
                TRUE
                AND (coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at), blog_chosen_post.id) -- when :after
                < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
            -- So that all are found before they are sorted, whatever the planner takes to be on the page.
            OFFSET 0 -- noqa: AM09
        ) AS fitting
        WHERE
            NOT EXISTS (SELECT few.ids FROM few)
            AND (SELECT count(tried.id) FROM tried) < :limit
            AND EXISTS (
                SELECT blog_filtered_post.id
                FROM blog_filtered_post
                WHERE
                    TRUE
                    AND (coalesce(blog_filtered_post.published_at, blog_filtered_post.created_at), blog_filtered_post.id) -- when :after
                    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
                ORDER BY
                    coalesce(blog_filtered_post.published_at, blog_filtered_post.created_at) DESC,
                    blog_filtered_post.id DESC
                OFFSET 100 * :limit::bigint
            )
        ORDER BY
            fitting.moment DESC,
            fitting.id DESC
        LIMIT :limit
    )
) AS newest
