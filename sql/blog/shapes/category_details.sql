-- A category with its featured image, its parent, its children and its posts.
-- uses: blog/category, blog/post
SELECT
    blog_category.*,
    (
        SELECT to_json(parent.*)
        FROM blog_category AS parent
        WHERE parent.id = blog_category.parent_id
    ) AS parent,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.slug, shown.id), '[]')
        FROM (
            SELECT child.*
            FROM blog_category AS child
            WHERE child.parent_id = blog_category.id
            ORDER BY
                child.slug,
                child.id
            LIMIT 100
        ) AS shown
    ) AS children,
    cardinality(array(
        SELECT 1
        FROM blog_category AS child
        WHERE child.parent_id = blog_category.id
        LIMIT 1000 -- noqa: AM09
    )) AS child_count,
    (
        SELECT
            coalesce(
                json_agg(
                    blog_post.*
                    ORDER BY coalesce(blog_post.published_at, blog_post.created_at) DESC, blog_post.id DESC
                ),
                '[]'
            )
        FROM blog_post_categories
        INNER JOIN blog_post ON blog_post_categories.post_id = blog_post.id
        WHERE blog_post_categories.category_id = blog_category.id
    ) AS posts
FROM blog_category
