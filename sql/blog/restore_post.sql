-- Bring a deleted post back as it was.
SELECT refuse_command('no_former_status')
FROM blog_posts
WHERE
    blog_posts.id = :id
    AND blog_posts.status = 'deleted';

UPDATE blog_posts
SET
    deleted_at = NULL,
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    blog_posts.id = :id
    AND blog_posts.deleted_at IS NOT NULL
RETURNING blog_posts.*
