-- Posts, newest first. Served by the indexes on coalesce(published_at, created_at) and id, alone or after the filter's column. By author,
-- category, language or a part of the slug: if one of them has up to 1,000 posts, these are found and sorted; if all have more, the newest
-- 5,000 posts are tried; if too few of those have it, all that have it are sorted.
-- cost: by author, category, language or slug_contains up to 1,000 that have it; if more have it, 5,000 or all that have it; for rare texts, all.
-- uses: blog/tried_post, blog/linked_post, blog/chosen_post, blog/post, blog/author, blog/category, blog/translation
WITH found AS MATERIALIZED (
    SELECT
        array(
            SELECT blog_post_authors.post_id
            FROM blog_post_authors
            INNER JOIN blog_author ON blog_post_authors.author_id = blog_author.id
            WHERE blog_author.slug = :author
            LIMIT 1001 -- noqa: AM09
        ) AS ids
    WHERE :author::text IS NOT NULL
    UNION ALL
    SELECT
        array(
            SELECT blog_post_categories.post_id
            FROM blog_post_categories
            INNER JOIN blog_category ON blog_post_categories.category_id = blog_category.id
            WHERE blog_category.slug = :category
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
),

few AS MATERIALIZED (
    SELECT found.ids
    FROM found
    WHERE cardinality(found.ids) <= 1000
    LIMIT 1 -- noqa: AM09
),

edge AS MATERIALIZED (
    SELECT
        blog_post.id,
        coalesce(blog_post.published_at, blog_post.created_at) AS moment
    FROM blog_post
    WHERE
        NOT EXISTS (SELECT few.ids FROM few)
        AND (coalesce(blog_post.published_at, blog_post.created_at), blog_post.id) -- when :after
        < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
    ORDER BY
        coalesce(blog_post.published_at, blog_post.created_at) DESC,
        blog_post.id DESC
    LIMIT 1 OFFSET 4999
),

tried AS MATERIALIZED (
    SELECT blog_tried_post.id
    FROM blog_tried_post
    WHERE
        NOT EXISTS (SELECT few.ids FROM few)
        AND (coalesce(blog_tried_post.published_at, blog_tried_post.created_at), blog_tried_post.id)
        >= (coalesce((SELECT edge.moment FROM edge), '-infinity'), coalesce((SELECT edge.id FROM edge), ''))
        AND (coalesce(blog_tried_post.published_at, blog_tried_post.created_at), blog_tried_post.id) -- when :after
        < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
    ORDER BY
        coalesce(blog_tried_post.published_at, blog_tried_post.created_at) DESC,
        blog_tried_post.id DESC
    LIMIT :limit
),

newest AS (
    SELECT blog_tried_post.id
    FROM blog_tried_post
    WHERE blog_tried_post.id = any((SELECT few.ids FROM few)::text[])
    UNION ALL
    SELECT tried.id
    FROM tried
    UNION ALL
    (
        SELECT blog_linked_post.id
        FROM blog_linked_post
        WHERE
            EXISTS (SELECT edge.id FROM edge)
            AND (SELECT count(tried.id) FROM tried) < :limit
            AND (coalesce(blog_linked_post.published_at, blog_linked_post.created_at), blog_linked_post.id) -- when :after
            < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
        ORDER BY
            coalesce(blog_linked_post.published_at, blog_linked_post.created_at) DESC,
            blog_linked_post.id DESC
        LIMIT :limit
    )
)

SELECT
    blog_chosen_post.*,
    json_build_array(coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at), blog_chosen_post.id)::text AS cursor
FROM blog_chosen_post
WHERE
    TRUE
    AND blog_chosen_post.id = any(array(SELECT newest.id FROM newest)) -- when :author
    AND blog_chosen_post.id = any(array(SELECT newest.id FROM newest)) -- when :category
    AND blog_chosen_post.id = any(array(SELECT newest.id FROM newest)) -- when :language
    AND blog_chosen_post.id = any(array(SELECT newest.id FROM newest)) -- when :slug_contains
    AND (coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at), blog_chosen_post.id) -- when :after
    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at) DESC,
    blog_chosen_post.id DESC
LIMIT :limit
