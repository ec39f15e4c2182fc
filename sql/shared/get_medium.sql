-- One medium by its id, with the posts or listings that use it, newest first, or none. Served by the primary key.
-- cost: the dates of all rows that use it, for the newest 100; a class that does not name them costs one row.
-- uses: $medium, $item
-- names: links, item_id, items, item_count, published_at, created_at
SELECT
    medium.*,
    (
        SELECT
            coalesce(
                json_agg(
                    linked.*
                    ORDER BY
                        coalesce(linked.published_at, linked.created_at) DESC, -- when $published_at
                        linked.created_at DESC, -- when $created_at
                        linked.id DESC,
                        linked.link_type ASC
                ),
                '[]'
            )
        FROM (
            SELECT
                item.*,
                links.type AS link_type,
                links.position
            FROM links
            INNER JOIN item ON links.item_id = item.id
            WHERE links.media_id = medium.id
            ORDER BY
                coalesce(item.published_at, item.created_at) DESC, -- when $published_at
                item.created_at DESC, -- when $created_at
                item.id DESC,
                links.type ASC
            LIMIT 100
        ) AS linked
    ) AS items,
    cardinality(array(
        SELECT 1
        FROM links
        INNER JOIN item ON links.item_id = item.id
        WHERE links.media_id = medium.id
        LIMIT 1000 -- noqa: AM09
    )) AS item_count
FROM medium
WHERE medium.id = :id
