-- How many posts a category has, each once. Served by the index on category_id of the join table, then primary keys.
-- cost: each post of it that is left out is read too, in up to four blocks; `subtree` reads all categories below it.
-- uses: blog/counted_post, blog/category
SELECT count(*) AS count
FROM blog_counted_post
WHERE
    EXISTS (
        SELECT blog_category.id
        FROM blog_category
        WHERE blog_category.slug = :category
    )
