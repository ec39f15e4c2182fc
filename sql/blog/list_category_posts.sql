-- The posts of a category, newest first, each once. Served by the indexes of ListPosts, which finds them in the same way.
-- cost: some four blocks for each of up to 1,000 posts of it; if it has more, 100 for each shown, or all; `subtree` reads all categories below it.
-- uses: blog/listed_post, blog/category
SELECT
    blog_listed_post.*,
    json_build_array(blog_listed_post.moment, blog_listed_post.id)::text AS cursor
FROM blog_listed_post
WHERE
    EXISTS (
        SELECT blog_category.id
        FROM blog_category
        WHERE blog_category.slug = :category
    )
ORDER BY
    blog_listed_post.moment DESC,
    blog_listed_post.id DESC
LIMIT :limit
