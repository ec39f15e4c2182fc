-- The number of categories that match the filters of list_categories. Few enough to be read without an index.
-- cost: all that a filter leaves out are read too, some in one block.
-- uses: $category
-- names: is_shown
SELECT count(*) AS count
FROM (
    SELECT category.id
    FROM category
    WHERE
        TRUE
        AND category.parent_id = ( -- when :parent
            SELECT parent.id -- when :parent
            FROM category AS parent -- when :parent
            WHERE parent.slug = :parent -- when :parent
        ) -- when :parent
        AND category.display_in_menu = :display_in_menu::boolean -- when :display_in_menu
        AND category.display_in_home = :display_in_home::boolean -- when :display_in_home
        AND category.is_shown = :is_shown::boolean -- when :is_shown
        AND category.is_featured = :is_featured::boolean -- when :is_featured
    LIMIT :at_most -- noqa: AM09
) AS counted
