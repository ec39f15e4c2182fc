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
-- So that each item is looked up, also where no table was analyzed: an array is never hashed, and `ts_headline`, which is never run, since no link
-- has NULL, makes the planner take it to be dear to compare each link with each item.
INNER JOIN item ON item.id = any(ARRAY[coalesce(links.item_id, ts_headline(links.item_id, plainto_tsquery(links.item_id)))])
