-- A post that the filters of ListPosts choose, found from its links: for its count, and for a list where nothing else found enough.
-- uses: blog/filtered_post, blog/author, blog/chosen_category, blog/translation
SELECT blog_filtered_post.*
FROM blog_filtered_post
WHERE
    TRUE
    -- Each set is read from its index, and only what is in both is looked up, whichever is the larger.
    AND EXISTS ( -- when :author or :category
        SELECT linked.post_id -- when :author or :category
        FROM ( -- when :author or :category
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
        ) AS linked -- when :author or :category
        WHERE -- when :author or :category
            linked.post_id = blog_filtered_post.id -- when :author or :category
            -- What is never run, here and below, makes it dear to compare each of the set with each post, where few are expected since no table was
            -- analyzed. A category alone has no such line: its posts are also looked up from the set, each once, which the line would hinder.
            AND coalesce(linked.post_id = blog_filtered_post.id, linked.post_id @@ linked.post_id) -- when :author
    ) -- when :author or :category
    AND EXISTS ( -- when :language
        SELECT blog_translation.post_id -- when :language
        FROM blog_translation -- when :language
        WHERE -- when :language
            blog_translation.in_language = :language -- when :language
            AND blog_translation.post_id = blog_filtered_post.id -- when :language
            AND coalesce(blog_translation.post_id = blog_filtered_post.id, blog_translation.post_id @@ blog_translation.post_id) -- when :language
    ) -- when :language
    AND lower(blog_filtered_post.slug) -- when :slug_contains
    LIKE (SELECT '%' || regexp_replace(lower(:slug_contains), '([\\%_])', '\\\1', 'g') || '%') -- when :slug_contains
