-- An organization that the filters of the list of organizations choose, for it and its count. The count reads all of them.
-- uses: blog/organization
SELECT blog_organization.*
FROM blog_organization
WHERE
    TRUE
    AND blog_organization.is_active = :is_active::boolean -- when :is_active
    AND blog_organization.is_featured = :is_featured::boolean -- when :is_featured
