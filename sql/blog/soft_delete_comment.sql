-- Mark a comment as deleted, and give it back.
UPDATE blog_comments
SET
    deleted_at = timezone('UTC', now()),
    updated_at = timezone('UTC', now())
WHERE
    blog_comments.id = :id
    AND blog_comments.deleted_at IS NULL
RETURNING blog_comments.*
