-- Give a post a medium at a position, or move the one that it has there.
INSERT INTO blog_post_media (post_id, media_id, type, position)
VALUES (:post_id, :media_id, :type, :position)
ON CONFLICT (post_id, media_id, type) DO UPDATE SET
    position = excluded.position
