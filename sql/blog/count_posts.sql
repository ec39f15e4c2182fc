-- The number of posts that match the filters of list_posts. Served by the index of the filter's column.
-- uses: blog/linked_post
SELECT count(*) AS count
FROM (
    SELECT blog_linked_post.id
    FROM blog_linked_post
    LIMIT :at_most -- noqa: AM09
) AS counted
