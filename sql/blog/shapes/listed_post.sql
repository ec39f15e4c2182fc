-- A post that the filters of ListPosts choose, after its cursor: by its own columns or, with filters of links or a part of the slug, of the page.
-- uses: blog/filtered_post, blog/newest_post
SELECT blog_filtered_post.*
FROM blog_filtered_post
WHERE
    TRUE
    AND blog_filtered_post.id = any( -- when :author or :category or :language or :slug_contains
        array(SELECT blog_newest_post.id FROM blog_newest_post) -- when :author or :category or :language or :slug_contains
    ) -- when :author or :category or :language or :slug_contains
