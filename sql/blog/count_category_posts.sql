-- How many posts a category has, each once. Served by the index on category_id of the join table, then primary keys.
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

SELECT count(*) AS count
FROM (
    SELECT blog_post.id
    FROM blog_post
    WHERE
        blog_post.id IN (SELECT chosen_post.post_id FROM chosen_post)
        AND blog_post.status = :status -- when :status
    LIMIT :at_most -- noqa: AM09
) AS counted
