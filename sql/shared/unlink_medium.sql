-- Remove a medium from a post or listing.
-- names: links, subject_id
DELETE FROM links
WHERE
    links.subject_id = :subject_id
    AND links.media_id = :media_id
    AND links.type = :type
