-- Give a post a category that it may have already.
INSERT INTO blog_post_categories (post_id, category_id)
VALUES (:post_id, :category_id)
ON CONFLICT DO NOTHING
