-- A post that the filters of list_posts choose, for it and its count.
-- uses: blog/post, blog/author, blog/category, blog/organization, blog/translation
SELECT blog_post.*
FROM blog_post
WHERE
    TRUE
    AND blog_post.status = :status -- when :status
    AND blog_post.id IN ( -- when :author
        SELECT blog_post_authors.post_id -- when :author
        FROM blog_post_authors -- when :author
        INNER JOIN blog_author ON blog_post_authors.author_id = blog_author.id -- when :author
        WHERE blog_author.slug = :author -- when :author
    ) -- when :author
    AND blog_post.id IN ( -- when :category
        SELECT blog_post_categories.post_id -- when :category
        FROM blog_post_categories -- when :category
        INNER JOIN blog_category ON blog_post_categories.category_id = blog_category.id -- when :category
        WHERE blog_category.slug = :category -- when :category
    ) -- when :category
    AND blog_post.organization_id = ( -- when :organization
        SELECT blog_organization.id -- when :organization
        FROM blog_organization -- when :organization
        WHERE blog_organization.slug = :organization -- when :organization
    ) -- when :organization
    AND blog_post.is_featured = :is_featured::boolean -- when :is_featured
    AND blog_post.display_in_home = :display_in_home::boolean -- when :display_in_home
    AND blog_post.id IN ( -- when :language
        SELECT blog_translation.post_id -- when :language
        FROM blog_translation -- when :language
        WHERE blog_translation.in_language = :language -- when :language
    ) -- when :language
    AND strpos(lower(blog_post.slug), (SELECT lower(:slug_contains))) > 0 -- when :slug_contains
