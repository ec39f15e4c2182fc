-- Posts, newest first. Served by the indexes on coalesce(published_at, created_at) and id, alone or after the filter's column.
-- cost: by author, category, language or a part of the slug, all of these or all posts in front of them: their tables do not know the order.
-- uses: blog/chosen_post
SELECT
    blog_chosen_post.*,
    json_build_array(coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at), blog_chosen_post.id)::text AS cursor
FROM blog_chosen_post
WHERE
    TRUE
    AND (coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at), blog_chosen_post.id) -- when :after
    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at) DESC,
    blog_chosen_post.id DESC
LIMIT :limit
