-- Mark a comment as deleted and return it.
UPDATE blog_comments
SET
    deleted_at = timezone('UTC', statement_timestamp()),
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    blog_comments.id = :id
    AND blog_comments.deleted_at IS NULL
RETURNING blog_comments.*
