-- Authors by slug, id. Served by the unique index on slug.
-- uses: blog/chosen_author
SELECT
    blog_chosen_author.*,
    json_build_array(blog_chosen_author.slug, blog_chosen_author.id)::text AS cursor
FROM blog_chosen_author
WHERE
    TRUE
    AND (blog_chosen_author.slug, blog_chosen_author.id) > (:after::json ->> 0, :after::json ->> 1) -- when :after
ORDER BY
    blog_chosen_author.slug,
    blog_chosen_author.id
LIMIT :limit
