-- The number of posts that match the filters of list_posts. Served by the index of the filter's column.
-- uses: blog/chosen_post
SELECT count(*) AS count
FROM (
    SELECT blog_chosen_post.id
    FROM blog_chosen_post
    LIMIT :at_most -- noqa: AM09
) AS counted
