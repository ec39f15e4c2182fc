-- Bring a deleted node, post or listing back as it was, unless a node was emptied or nothing says what the status was.
-- names: items, reason, status, author_email, content
SELECT refuse_command('reason')
FROM items
WHERE
    TRUE
    AND items.status = 'deleted' -- when $status
    AND items.author_email = '' -- when $author_email
    AND items.content = '""' -- when $content
    AND items.deleted_at IS NOT NULL -- when $content
    AND items.id = :id;

UPDATE items
SET
    deleted_at = NULL,
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    items.id = :id
    AND items.deleted_at IS NOT NULL
RETURNING items.*
