-- A post that is deleted.
SELECT
    blog_posts.id,
    blog_posts.slug
FROM blog_posts
WHERE
    blog_posts.deleted_at IS NOT NULL
    OR blog_posts.status = 'deleted'
