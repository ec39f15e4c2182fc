-- Give a post a category that it may have already.
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR SHARE;

SELECT refuse_command('deleted_post')
FROM blog_posts
WHERE
    blog_posts.id = :post_id
    AND (blog_posts.deleted_at IS NOT NULL OR blog_posts.status = 'deleted');

INSERT INTO blog_post_categories (post_id, category_id)
VALUES (:post_id, :category_id)
ON CONFLICT DO NOTHING
