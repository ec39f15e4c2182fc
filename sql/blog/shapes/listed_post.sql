-- A post that the filters of list_posts choose: by its own columns or, where they look for links or a part of the slug, one of the page.
-- uses: blog/filtered_post, blog/newest_post
SELECT blog_filtered_post.*
FROM blog_filtered_post
WHERE
    TRUE
    AND blog_filtered_post.id = any( -- when :author or :category or :language or :slug_contains
        array(SELECT blog_newest_post.id FROM blog_newest_post) -- when :author or :category or :language or :slug_contains
    ) -- when :author or :category or :language or :slug_contains
