-- Remove an author or a category from a post.
-- names: links, item_id
DELETE FROM links
WHERE
    links.post_id = :post_id
    AND links.item_id = :item_id
