-- How many posts a category has, each once. Served by the index on category_id of the join table, then primary keys.
-- uses: blog/counted_post, blog/category
SELECT count(*) AS count
FROM blog_counted_post
WHERE
    EXISTS (
        SELECT blog_category.id
        FROM blog_category
        WHERE blog_category.slug = :category
    )
