-- One author or medium, with the posts or listings that are linked to it, newest first, or none. Served by the unique index on the key.
-- cost: for the newest 100 and the count, each row that is linked to it, in up to nine blocks; a class that names none of both costs one row.
-- uses: $owner, $linked
-- names: key, items, item_count, owner_id, next_key, published_at, created_at
SELECT
    owner.*,
    (
        SELECT
            coalesce(
                json_agg(
                    shown.*
                    ORDER BY
                        coalesce(shown.published_at, shown.created_at) DESC, -- when $published_at
                        shown.created_at DESC, -- when $created_at
                        shown.id DESC,
                        shown.next_key ASC
                ),
                '[]'
            )
        FROM (
            SELECT linked.*
            FROM linked
            WHERE linked.owner_id = owner.id
            ORDER BY
                coalesce(linked.published_at, linked.created_at) DESC, -- when $published_at
                linked.created_at DESC, -- when $created_at
                linked.id DESC,
                linked.next_key ASC
            LIMIT 100
        ) AS shown
    ) AS items,
    cardinality(array(
        SELECT 1
        FROM linked
        WHERE linked.owner_id = owner.id
        LIMIT 1000 -- noqa: AM09
    )) AS item_count
FROM owner
WHERE owner.key = :key
