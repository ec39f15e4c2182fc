-- Categories by slug, id. Few enough to be read without another index.
-- uses: blog/category_details, blog/category
WITH chosen_parent AS (
    SELECT blog_category.id
    FROM blog_category
    WHERE blog_category.slug = :parent
)

SELECT blog_category_details.*
FROM blog_category_details
WHERE
    TRUE
    AND blog_category_details.parent_id = (SELECT chosen_parent.id FROM chosen_parent) -- when :parent
    AND blog_category_details.display_in_menu = :display_in_menu::boolean -- when :display_in_menu
    AND blog_category_details.display_in_home = :display_in_home::boolean -- when :display_in_home
    AND blog_category_details.display_in_blog = :display_in_blog::boolean -- when :display_in_blog
    AND blog_category_details.is_featured = :is_featured::boolean -- when :is_featured
ORDER BY
    blog_category_details.slug,
    blog_category_details.id
