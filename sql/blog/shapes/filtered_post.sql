-- A post that the filters of list_posts choose by its own columns.
-- uses: blog/post, blog/organization
SELECT blog_post.*
FROM blog_post
WHERE
    TRUE
    AND blog_post.status = :status -- when :status
    AND blog_post.organization_id = ( -- when :organization
        SELECT blog_organization.id -- when :organization
        FROM blog_organization -- when :organization
        WHERE blog_organization.slug = :organization -- when :organization
    ) -- when :organization
    AND blog_post.is_featured = :is_featured::boolean -- when :is_featured
    AND blog_post.display_in_home = :display_in_home::boolean -- when :display_in_home
