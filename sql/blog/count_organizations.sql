-- The number of organizations that match the filters of list_organizations. Reads all of them.
-- uses: blog/organization
SELECT count(*) AS count
FROM (
    SELECT blog_organization.id
    FROM blog_organization
    WHERE
        TRUE
        AND blog_organization.is_active = :is_active::boolean -- when :is_active
        AND blog_organization.is_featured = :is_featured::boolean -- when :is_featured
    LIMIT :at_most -- noqa: AM09
) AS counted
