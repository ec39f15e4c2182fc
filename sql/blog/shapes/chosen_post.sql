-- A post that the filters of ListPosts choose, found from its links: for its count, and for a list where nothing else found enough.
-- uses: blog/filtered_post, blog/author, blog/chosen_category, blog/translation
SELECT blog_filtered_post.*
FROM blog_filtered_post
WHERE
    TRUE
    -- Each set is read from its index, and only what is in both is looked up, whichever is the larger.
    AND blog_filtered_post.id IN ( -- when :author or :category
        SELECT blog_post_authors.post_id -- when :author
        FROM blog_post_authors -- when :author
        WHERE -- when :author
            blog_post_authors.author_id = ( -- when :author
                SELECT blog_author.id FROM blog_author -- when :author
                WHERE blog_author.slug = :author -- when :author
            ) -- when :author
        INTERSECT -- when :author and :category
        SELECT blog_post_categories.post_id -- when :category
        FROM blog_chosen_category -- when :category
        INNER JOIN blog_post_categories ON blog_chosen_category.id = blog_post_categories.category_id -- when :category
    ) -- when :author or :category
    AND blog_filtered_post.id IN ( -- when :language
        SELECT blog_translation.post_id -- when :language
        FROM blog_translation -- when :language
        WHERE blog_translation.in_language = :language -- when :language
    ) -- when :language
    AND lower(blog_filtered_post.slug) -- when :slug_contains
    LIKE (SELECT '%' || regexp_replace(lower(:slug_contains), '([\\%_])', '\\\1', 'g') || '%') -- when :slug_contains
