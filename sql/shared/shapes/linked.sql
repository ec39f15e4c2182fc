-- What a post, a listing, an author or a medium is linked to, with the link. Of media, `rank` is the position as the number that it is, or NULL.
-- uses: $item
-- names: links, subject_id, item_id, type
SELECT -- noqa: ST06
    item.*,
    links.type AS link_type, -- when $type
    links.position, -- when $type
    CASE WHEN links.position ~ '^[0-9]+$' THEN links.position::numeric END AS rank, -- when $type
    links.subject_id,
    links.item_id
FROM links
-- By an array, so that each is looked up: where no table was analyzed, the planner would read all items for those of one row.
INNER JOIN item ON item.id = any(ARRAY[links.item_id])
