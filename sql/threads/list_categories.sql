-- Categories by rank, slug, id. Few enough to be read and sorted without an index.
-- uses: $category, $above
-- names: rank, is_shown
SELECT category.*
FROM category
WHERE
    TRUE
    AND category.parent_id = ( -- when :parent
        SELECT above.id -- when :parent
        FROM above -- when :parent
        WHERE above.slug = :parent -- when :parent
    ) -- when :parent
    AND category.display_in_menu = :display_in_menu::boolean -- when :display_in_menu
    AND category.display_in_home = :display_in_home::boolean -- when :display_in_home
    AND category.is_shown = :is_shown::boolean -- when :is_shown
    AND category.is_featured = :is_featured::boolean -- when :is_featured
ORDER BY
    category.rank,
    category.slug,
    category.id
