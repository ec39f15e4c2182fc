-- A post that the filters of ListPosts choose, up to as many as count. Those that are few are looked up one by one.
-- uses: blog/chosen_post, blog/few_posts
SELECT those.id
FROM (
    WITH few AS MATERIALIZED ( -- when :author or :category or :language or :slug_contains
        SELECT blog_few_posts.ids -- when :author or :category or :language or :slug_contains
        FROM blog_few_posts -- when :author or :category or :language or :slug_contains
    ) -- when :author or :category or :language or :slug_contains

    SELECT found.id
    FROM (
        SELECT blog_chosen_post.id
        FROM blog_chosen_post
        -- So that a generic plan of two rare flags reads the index of the list, not the table.
        ORDER BY -- when :is_featured and :display_in_home
            blog_chosen_post.moment DESC, -- when :is_featured and :display_in_home
            blog_chosen_post.id DESC -- when :is_featured and :display_in_home
        LIMIT :at_most -- noqa: AM09
    ) AS found
    WHERE NOT EXISTS (SELECT few.ids FROM few) -- when :author or :category or :language or :slug_contains
    UNION ALL -- when :author or :category or :language or :slug_contains
    SELECT blog_chosen_post.id -- when :author or :category or :language or :slug_contains
    FROM blog_chosen_post -- when :author or :category or :language or :slug_contains
    WHERE blog_chosen_post.id = any((SELECT few.ids FROM few)::text[]) -- when :author or :category or :language or :slug_contains
    LIMIT :at_most -- noqa: AM09
) AS those
