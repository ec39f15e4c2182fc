-- The number of posts that match the filters of list_posts. Served by the index of the filter's
-- column.
-- uses: blog/post, blog/author, blog/category, blog/organization, blog/translation
WITH chosen_author AS (
    SELECT blog_post_authors.post_id
    FROM blog_post_authors
    INNER JOIN blog_author ON blog_post_authors.author_id = blog_author.id
    WHERE blog_author.slug = :author
),

chosen_category AS (
    SELECT blog_post_categories.post_id
    FROM blog_post_categories
    INNER JOIN blog_category ON blog_post_categories.category_id = blog_category.id
    WHERE blog_category.slug = :category
),

chosen_organization AS (
    SELECT blog_organization.id
    FROM blog_organization
    WHERE blog_organization.slug = :organization
),

chosen_translation AS (
    SELECT blog_translation.post_id
    FROM blog_translation
    WHERE blog_translation.in_language = :language
)

SELECT count(*) AS count
FROM (
    SELECT blog_post.id
    FROM blog_post
    WHERE
        TRUE
        AND blog_post.status = :status -- when :status
        AND blog_post.id IN (SELECT chosen_author.post_id FROM chosen_author) -- when :author
        AND blog_post.id IN (SELECT chosen_category.post_id FROM chosen_category) -- when :category
        AND blog_post.organization_id = (SELECT chosen_organization.id FROM chosen_organization) -- when :organization
        AND blog_post.is_featured = :is_featured::boolean -- when :is_featured
        AND blog_post.display_in_home = :display_in_home::boolean -- when :display_in_home
        AND blog_post.id IN (SELECT chosen_translation.post_id FROM chosen_translation) -- when :language
        AND strpos(lower(blog_post.slug), (SELECT lower(:slug_contains))) > 0 -- when :slug_contains
    LIMIT :at_most -- noqa: AM09
) AS counted
