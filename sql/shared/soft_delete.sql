-- Mark a row as deleted and return it.
-- names: items, status
UPDATE items
SET
    deleted_at = timezone('UTC', statement_timestamp()),
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    items.id = :id
    AND items.deleted_at IS NULL
    AND items.status <> 'deleted' -- when $status
RETURNING items.*
