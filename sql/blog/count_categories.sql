-- The number of categories that match the filters of list_categories. Few enough to be read without
-- another index.
-- uses: blog/category
WITH chosen_parent AS (
    SELECT blog_category.id
    FROM blog_category
    WHERE blog_category.slug = :parent
)

SELECT count(*) AS count
FROM (
    SELECT blog_category.id
    FROM blog_category
    WHERE
        TRUE
        AND blog_category.parent_id = (SELECT chosen_parent.id FROM chosen_parent) -- when :parent
        AND blog_category.display_in_menu = :display_in_menu::boolean -- when :display_in_menu
        AND blog_category.display_in_home = :display_in_home::boolean -- when :display_in_home
        AND blog_category.display_in_blog = :display_in_blog::boolean -- when :display_in_blog
        AND blog_category.is_featured = :is_featured::boolean -- when :is_featured
    LIMIT :at_most -- noqa: AM09
) AS counted
