-- An author whom the filters of the list of authors choose, for it and its count.
-- uses: blog/author, blog/organization
SELECT blog_author.*
FROM blog_author
WHERE
    TRUE
    AND blog_author.works_for_id = ( -- when :organization
        SELECT blog_organization.id -- when :organization
        FROM blog_organization -- when :organization
        WHERE blog_organization.slug = :organization -- when :organization
    ) -- when :organization
    AND blog_author.display_in_home = :display_in_home::boolean -- when :display_in_home
    AND blog_author.display_in_blog = :display_in_blog::boolean -- when :display_in_blog
    AND blog_author.is_featured = :is_featured::boolean -- when :is_featured
