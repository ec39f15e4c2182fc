-- A post that is published in a category.
SELECT
    blog_post_categories.category_id,
    blog_posts.id
FROM blog_post_categories
INNER JOIN blog_posts ON blog_post_categories.post_id = blog_posts.id
WHERE
    blog_posts.status = 'published'
    AND blog_posts.deleted_at IS NULL
