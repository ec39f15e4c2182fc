-- Give a post an author that it may have already.
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR SHARE;

SELECT refuse_command('deleted_post')
FROM blog_posts
WHERE
    blog_posts.id = :post_id
    AND (blog_posts.deleted_at IS NOT NULL OR blog_posts.status = 'deleted');

INSERT INTO blog_post_authors (post_id, author_id)
VALUES (:post_id, :author_id)
ON CONFLICT DO NOTHING
