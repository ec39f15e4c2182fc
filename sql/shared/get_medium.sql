-- One medium by its id, with the posts or listings that use it, newest first, or none. Served by the primary key.
-- cost: for the newest 100, the date of each row that uses it, in some four blocks; a class that does not name them costs one row.
-- uses: $medium, $linked
-- names: items, item_count, published_at, created_at
SELECT
    medium.*,
    (
        SELECT
            coalesce(
                json_agg(
                    shown.*
                    ORDER BY
                        coalesce(shown.published_at, shown.created_at) DESC, -- when $published_at
                        shown.created_at DESC, -- when $created_at
                        shown.id DESC,
                        shown.link_type ASC
                ),
                '[]'
            )
        FROM (
            SELECT linked.*
            FROM linked
            WHERE linked.media_id = medium.id
            ORDER BY
                coalesce(linked.published_at, linked.created_at) DESC, -- when $published_at
                linked.created_at DESC, -- when $created_at
                linked.id DESC,
                linked.link_type ASC
            LIMIT 100
        ) AS shown
    ) AS items,
    cardinality(array(
        SELECT 1
        FROM linked
        WHERE linked.media_id = medium.id
        LIMIT 1000 -- noqa: AM09
    )) AS item_count
FROM medium
WHERE medium.id = :id
