-- Mark a comment as deleted, and give it back.
UPDATE blog_comments
SET
    deleted_at = timezone('UTC', now()),
    updated_at = timezone('UTC', now())
WHERE
    blog_comments.id = :id
    AND blog_comments.deleted_at IS NULL
RETURNING
    blog_comments.id,
    blog_comments.post_id,
    blog_comments.parent_id,
    blog_comments.author_name,
    blog_comments.author_email,
    blog_comments.content,
    blog_comments.rating,
    blog_comments.status,
    blog_comments.in_language,
    blog_comments.deleted_at,
    blog_comments.created_at,
    blog_comments.updated_at
