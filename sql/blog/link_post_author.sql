-- Give a post an author that it may have already.
INSERT INTO blog_post_authors (post_id, author_id)
VALUES (:post_id, :author_id)
ON CONFLICT DO NOTHING
