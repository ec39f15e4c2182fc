-- Categories by rank, slug, id. Served by the indexes on these, and on parent_id and these.
-- cost: each row before the last one shown that a filter leaves out is read, in up to two blocks.
-- uses: $category, $above
-- names: rank, rank_type, is_shown
SELECT
    category.*,
    json_build_array(category.rank, category.slug, category.id)::text AS cursor
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
    AND (category.rank, category.slug, category.id) -- when :after
    > ((:after::json ->> 0)::rank_type, :after::json ->> 1, :after::json ->> 2) -- when :after
ORDER BY
    category.rank,
    category.slug,
    category.id
LIMIT :limit
