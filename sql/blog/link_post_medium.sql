-- Give a post a medium at a position, or move the one that it has there.
-- uses: blog/deleted_post
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR SHARE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

INSERT INTO blog_post_media (post_id, media_id, type, position)
VALUES (:post_id, :media_id, :type, :position)
ON CONFLICT (post_id, media_id, type) DO UPDATE SET
    position = excluded.position
