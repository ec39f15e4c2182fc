-- Bring a deleted comment back as it was.
SELECT refuse_command('emptied')
FROM blog_comments
WHERE
    blog_comments.id = :id
    AND blog_comments.deleted_at IS NOT NULL
    AND blog_comments.author_email = ''
    AND blog_comments.content = '""';

UPDATE blog_comments
SET
    deleted_at = NULL,
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    blog_comments.id = :id
    AND blog_comments.deleted_at IS NOT NULL
RETURNING blog_comments.*
