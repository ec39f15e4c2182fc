-- Bring a deleted post or listing back as it was.
-- names: subjects
SELECT refuse_command('no_former_status')
FROM subjects
WHERE
    subjects.id = :id
    AND subjects.status = 'deleted';

UPDATE subjects
SET
    deleted_at = NULL,
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    subjects.id = :id
    AND subjects.deleted_at IS NOT NULL
RETURNING subjects.*
