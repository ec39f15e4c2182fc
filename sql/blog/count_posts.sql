-- The number of posts that match the filters of list_posts. Served by the index of the filter's column.
-- uses: blog/chosen_post
SELECT count(*) AS count
FROM (
    SELECT blog_chosen_post.id
    FROM blog_chosen_post
    ORDER BY -- so that a generic plan reads the index of the list, not the table
        coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at) DESC,
        blog_chosen_post.id DESC
    LIMIT :at_most -- noqa: AM09
) AS counted
