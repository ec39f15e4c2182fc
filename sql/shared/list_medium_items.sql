-- The posts or listings that use a medium, by id, once for each use. Served by the index on media_id and the id.
-- uses: $items
-- names: links, item_id
SELECT
    items.*,
    links.type AS link_type,
    links.position,
    json_build_array(links.item_id, links.type)::text AS cursor
FROM links
INNER JOIN items ON links.item_id = items.id
WHERE
    links.media_id = :media_id
    AND (links.item_id, links.type) > (:after::json ->> 0, :after::json ->> 1) -- when :after
ORDER BY
    links.item_id,
    links.type
LIMIT :limit
