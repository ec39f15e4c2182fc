-- Give a post an author or a category that it may have already.
-- uses: blog/deleted_post
-- names: links, item_id
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR SHARE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

INSERT INTO links (post_id, item_id)
VALUES (:post_id, :item_id)
ON CONFLICT DO NOTHING
