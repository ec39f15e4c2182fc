-- The posts of a category, newest first, each once. Served by the index on category_id of the join table, then primary keys.
-- cost: all posts, or all of the category: the table of links does not know the order.
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

chosen_post AS (
    SELECT blog_post_categories.post_id
    FROM subtree
    INNER JOIN blog_post_categories ON subtree.id = blog_post_categories.category_id
)

SELECT
    blog_post.*,
    json_build_array(coalesce(blog_post.published_at, blog_post.created_at), blog_post.id)::text AS cursor
FROM blog_post
WHERE
    blog_post.id IN (SELECT chosen_post.post_id FROM chosen_post)
    AND blog_post.status = :status -- when :status
    AND (coalesce(blog_post.published_at, blog_post.created_at), blog_post.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    coalesce(blog_post.published_at, blog_post.created_at) DESC,
    blog_post.id DESC
LIMIT :limit
