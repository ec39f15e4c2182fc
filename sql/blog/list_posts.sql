-- Posts after a cursor, newest first. Served by the indexes on coalesce(published_at, created_at) and id, alone or after the filter's column.
-- cost: by author, category, language or slug_contains: up to 1,000 posts; if more have it, up to 100 for each of the page, or all that have it.
-- uses: blog/listed_post
SELECT
    blog_listed_post.*,
    json_build_array(blog_listed_post.moment, blog_listed_post.id)::text AS cursor
FROM blog_listed_post
ORDER BY
    blog_listed_post.moment DESC,
    blog_listed_post.id DESC
LIMIT :limit
