-- Bring a deleted node back as it was.
-- names: nodes
SELECT refuse_command('emptied')
FROM nodes
WHERE
    nodes.id = :id
    AND nodes.deleted_at IS NOT NULL
    AND nodes.author_email = ''
    AND nodes.content = '""';

UPDATE nodes
SET
    deleted_at = NULL,
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    nodes.id = :id
    AND nodes.deleted_at IS NOT NULL
RETURNING nodes.*
