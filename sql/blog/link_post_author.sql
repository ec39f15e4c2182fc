-- Give a post an author that it may have already.
-- uses: blog/deleted_post
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR SHARE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

INSERT INTO blog_post_authors (post_id, author_id)
VALUES (:post_id, :author_id)
ON CONFLICT DO NOTHING
