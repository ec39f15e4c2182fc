-- Remove a medium from a post.
DELETE FROM blog_post_media
WHERE
    blog_post_media.post_id = :post_id
    AND blog_post_media.media_id = :media_id
    AND blog_post_media.type = :type
