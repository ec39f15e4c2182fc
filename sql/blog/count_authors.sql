-- The number of authors that match the filters of list_authors. Served by the index on
-- works_for_id, or reads all.
-- uses: blog/author, blog/organization
WITH chosen_organization AS (
    SELECT blog_organization.id
    FROM blog_organization
    WHERE blog_organization.slug = :organization
)

SELECT count(*) AS count
FROM (
    SELECT blog_author.id
    FROM blog_author
    WHERE
        TRUE
        AND blog_author.works_for_id = (SELECT chosen_organization.id FROM chosen_organization) -- when :organization
        AND blog_author.display_in_home = :display_in_home::boolean -- when :display_in_home
        AND blog_author.display_in_blog = :display_in_blog::boolean -- when :display_in_blog
        AND blog_author.is_featured = :is_featured::boolean -- when :is_featured
    LIMIT :at_most -- noqa: AM09
) AS counted
