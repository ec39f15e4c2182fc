-- A chosen post that has the author, category and language of list_posts. It is found from these, for all such posts.
-- uses: blog/chosen_post, blog/author, blog/category, blog/translation
SELECT blog_chosen_post.*
FROM blog_chosen_post
WHERE
    TRUE
    AND blog_chosen_post.id IN ( -- when :author
        SELECT blog_post_authors.post_id -- when :author
        FROM blog_post_authors -- when :author
        INNER JOIN blog_author ON blog_post_authors.author_id = blog_author.id -- when :author
        WHERE blog_author.slug = :author -- when :author
    ) -- when :author
    AND blog_chosen_post.id IN ( -- when :category
        SELECT blog_post_categories.post_id -- when :category
        FROM blog_post_categories -- when :category
        INNER JOIN blog_category ON blog_post_categories.category_id = blog_category.id -- when :category
        WHERE blog_category.slug = :category -- when :category
    ) -- when :category
    AND blog_chosen_post.id IN ( -- when :language
        SELECT blog_translation.post_id -- when :language
        FROM blog_translation -- when :language
        WHERE blog_translation.in_language = :language -- when :language
    ) -- when :language
