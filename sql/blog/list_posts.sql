-- Posts, newest first. Served by the indexes on coalesce(published_at, created_at) and id, alone or after the filter's column.
-- cost: by author, category, language or slug_contains: up to 1,000 posts; if more have it, up to 100 for each of the page, or all that have it.
-- uses: blog/listed_post
SELECT
    blog_listed_post.*,
    json_build_array(coalesce(blog_listed_post.published_at, blog_listed_post.created_at), blog_listed_post.id)::text AS cursor
FROM blog_listed_post
WHERE
    TRUE
    AND (coalesce(blog_listed_post.published_at, blog_listed_post.created_at), blog_listed_post.id) -- when :after
    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    coalesce(blog_listed_post.published_at, blog_listed_post.created_at) DESC,
    blog_listed_post.id DESC
LIMIT :limit
