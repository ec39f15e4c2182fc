-- The posts of a category, newest first, each once. Served by the indexes of list_posts, which finds them in the same way.
-- cost: up to 1,000 posts of it; if it has more, up to 100 for each of the page, or all posts of it; with `subtree` all categories below it.
-- uses: blog/listed_post, blog/category
SELECT
    blog_listed_post.*,
    json_build_array(coalesce(blog_listed_post.published_at, blog_listed_post.created_at), blog_listed_post.id)::text AS cursor
FROM blog_listed_post
WHERE
    EXISTS (
        SELECT blog_category.id
        FROM blog_category
        WHERE blog_category.slug = :category
    )
    AND (coalesce(blog_listed_post.published_at, blog_listed_post.created_at), blog_listed_post.id) -- when :after
    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    coalesce(blog_listed_post.published_at, blog_listed_post.created_at) DESC,
    blog_listed_post.id DESC
LIMIT :limit
