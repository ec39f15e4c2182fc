-- Remove a category from a post.
DELETE FROM blog_post_categories
WHERE
    blog_post_categories.post_id = :post_id
    AND blog_post_categories.category_id = :category_id
