-- Remove a medium, an author or a category from a post or listing.
-- names: links, subject_id, item_id, type
DELETE FROM links
WHERE
    links.subject_id = :subject_id
    AND links.item_id = :item_id
    AND links.type = :type -- when $type
