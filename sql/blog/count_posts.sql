-- The number of posts that match the filters of list_posts. Served by the index of the filter's column.
-- uses: blog/chosen_post
SELECT count(*) AS count
FROM (
    SELECT blog_chosen_post.id
    FROM blog_chosen_post
    -- So that a generic plan of two rare flags reads the index of the list, not the table.
    ORDER BY -- when :is_featured and :display_in_home
        coalesce(blog_chosen_post.published_at, blog_chosen_post.created_at) DESC, -- when :is_featured and :display_in_home
        blog_chosen_post.id DESC -- when :is_featured and :display_in_home
    LIMIT :at_most -- noqa: AM09
) AS counted
