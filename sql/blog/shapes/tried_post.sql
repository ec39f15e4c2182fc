-- A chosen post that has the author, category and language of list_posts. These are looked up for each post, by a count, which the planner
-- does not turn into a join with all links: for posts that are few, or in an order.
-- uses: blog/chosen_post, blog/author, blog/category, blog/translation
SELECT blog_chosen_post.*
FROM blog_chosen_post
WHERE
    TRUE
    AND 0 < ( -- when :author
        SELECT count(*) -- when :author
        FROM blog_post_authors -- when :author
        WHERE -- when :author
            blog_post_authors.post_id = blog_chosen_post.id -- when :author
            AND blog_post_authors.author_id = ( -- when :author
                SELECT blog_author.id -- when :author
                FROM blog_author -- when :author
                WHERE blog_author.slug = :author -- when :author
            ) -- when :author
    ) -- when :author
    AND 0 < ( -- when :category
        SELECT count(*) -- when :category
        FROM blog_post_categories -- when :category
        WHERE -- when :category
            blog_post_categories.post_id = blog_chosen_post.id -- when :category
            AND blog_post_categories.category_id = ( -- when :category
                SELECT blog_category.id -- when :category
                FROM blog_category -- when :category
                WHERE blog_category.slug = :category -- when :category
            ) -- when :category
    ) -- when :category
    AND 0 < ( -- when :language
        SELECT count(*) -- when :language
        FROM blog_translation -- when :language
        WHERE -- when :language
            blog_translation.post_id = blog_chosen_post.id -- when :language
            AND blog_translation.in_language = :language -- when :language
    ) -- when :language
