-- Remove an author from a post.
DELETE FROM blog_post_authors
WHERE
    blog_post_authors.post_id = :post_id
    AND blog_post_authors.author_id = :author_id
