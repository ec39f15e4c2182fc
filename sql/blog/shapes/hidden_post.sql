-- A post that visitors do not see: it is deleted or not published.
SELECT blog_posts.id
FROM blog_posts
WHERE
    blog_posts.deleted_at IS NOT NULL
    OR blog_posts.status <> 'published'
