-- A category with its featured image, its parent, its children and its posts or listings, whose links are a table of their own or a column.
-- uses: $category, $item
-- names: rank, items, links, item_id, category_id, published_at, created_at
SELECT
    category.*,
    (
        SELECT to_json(parent.*)
        FROM category AS parent
        WHERE parent.id = category.parent_id
    ) AS parent,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.rank, shown.slug, shown.id), '[]')
        FROM (
            SELECT child.*
            FROM category AS child
            WHERE child.parent_id = category.id
            ORDER BY
                child.rank,
                child.slug,
                child.id
            LIMIT 100
        ) AS shown
    ) AS children,
    cardinality(array(
        SELECT 1
        FROM category AS child
        WHERE child.parent_id = category.id
        LIMIT 1000 -- noqa: AM09
    )) AS child_count,
    (
        SELECT
            coalesce(
                json_agg(
                    item.*
                    ORDER BY
                        coalesce(item.published_at, item.created_at) DESC, -- when $published_at
                        item.created_at DESC, -- when $created_at
                        item.id DESC
                ),
                '[]'
            )
        FROM item
        INNER JOIN links ON item.id = links.item_id -- when $item_id
        WHERE
            TRUE
            AND links.category_id = category.id -- when $links
            AND item.category_id = category.id -- when $category_id
    ) AS items
FROM category
