-- The posts of a category, newest first, each once. Up to 1,000 are found by the index on category_id of the join table and sorted. If it has
-- more, the newest 5,000 of all posts are tried; if too few of those are its, all of its posts are sorted.
-- cost: up to 1,000 posts of the category; if it has more, 5,000 of all or all of the category, and with `subtree` all categories below it.
-- uses: blog/post, blog/category
WITH RECURSIVE subtree AS (
    SELECT blog_category.id
    FROM blog_category
    WHERE blog_category.slug = :category
    UNION
    SELECT blog_category.id
    FROM subtree
    INNER JOIN blog_category ON subtree.id = blog_category.parent_id
    WHERE :subtree::boolean
),

few AS MATERIALIZED (
    SELECT array_agg(link.id ORDER BY link.id) AS ids
    FROM (
        SELECT found.id
        FROM subtree
        CROSS JOIN
            LATERAL ( -- noqa: ST05
                SELECT blog_post_categories.post_id AS id
                FROM blog_post_categories
                WHERE blog_post_categories.category_id = subtree.id
                OFFSET 0 -- noqa: AM09
            ) AS found
        LIMIT 1001 -- noqa: AM09
    ) AS link
    HAVING count(*) <= 1000
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
    SELECT blog_post.id
    FROM blog_post
    WHERE
        NOT EXISTS (SELECT few.ids FROM few)
        AND (coalesce(blog_post.published_at, blog_post.created_at), blog_post.id)
        >= (coalesce((SELECT edge.moment FROM edge), '-infinity'), coalesce((SELECT edge.id FROM edge), ''))
        AND 0 < (
            SELECT count(*)
            FROM blog_post_categories
            WHERE
                blog_post_categories.post_id = blog_post.id
                AND blog_post_categories.category_id IN (SELECT subtree.id FROM subtree)
        )
        AND blog_post.status = :status -- when :status
        AND (coalesce(blog_post.published_at, blog_post.created_at), blog_post.id) -- when :after
        < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
    ORDER BY
        coalesce(blog_post.published_at, blog_post.created_at) DESC,
        blog_post.id DESC
    LIMIT :limit
),

newest AS (
    SELECT blog_post.id
    FROM blog_post
    WHERE blog_post.id = any((SELECT few.ids FROM few)::text[])
    UNION ALL
    SELECT tried.id
    FROM tried
    UNION ALL
    (
        SELECT blog_post.id
        FROM blog_post
        WHERE
            EXISTS (SELECT edge.id FROM edge)
            AND (SELECT count(tried.id) FROM tried) < :limit
            AND blog_post.id IN (
                SELECT blog_post_categories.post_id
                FROM subtree
                INNER JOIN blog_post_categories ON subtree.id = blog_post_categories.category_id
            )
            AND blog_post.status = :status -- when :status
            AND (coalesce(blog_post.published_at, blog_post.created_at), blog_post.id) -- when :after
            < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
        ORDER BY
            coalesce(blog_post.published_at, blog_post.created_at) DESC,
            blog_post.id DESC
        LIMIT :limit
    )
)

SELECT
    blog_post.*,
    json_build_array(coalesce(blog_post.published_at, blog_post.created_at), blog_post.id)::text AS cursor
FROM blog_post
WHERE
    blog_post.id = any(array(SELECT newest.id FROM newest))
    AND blog_post.status = :status -- when :status
    AND (coalesce(blog_post.published_at, blog_post.created_at), blog_post.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    coalesce(blog_post.published_at, blog_post.created_at) DESC,
    blog_post.id DESC
LIMIT :limit
