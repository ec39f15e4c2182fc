-- Mark a post as deleted and return it.
UPDATE blog_posts
SET
    deleted_at = timezone('UTC', statement_timestamp()),
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    blog_posts.id = :id
    AND blog_posts.deleted_at IS NULL
    AND blog_posts.status <> 'deleted'
RETURNING blog_posts.*
