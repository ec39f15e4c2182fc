-- Move a node below another of its thread, or to the top, with all its replies, and return it.
-- names: nodes, subjects, subject_id, parent_of_another
SELECT subjects.id
FROM subjects
INNER JOIN nodes ON subjects.id = nodes.subject_id
WHERE nodes.id = :id
FOR NO KEY UPDATE OF subjects;

SELECT refuse_command('parent_of_another')
FROM nodes
INNER JOIN nodes AS parent ON nodes.subject_id <> parent.subject_id
WHERE
    nodes.id = :id
    AND parent.id = :parent_id;

WITH RECURSIVE ancestor AS (
    SELECT
        nodes.id,
        nodes.parent_id
    FROM nodes
    WHERE nodes.id = :parent_id
    UNION
    SELECT
        nodes.id,
        nodes.parent_id
    FROM ancestor
    INNER JOIN nodes ON ancestor.parent_id = nodes.id
)

SELECT refuse_command('cycle')
FROM ancestor
WHERE ancestor.id = :id;

UPDATE nodes
SET
    parent_id = :parent_id,
    updated_at = timezone('UTC', statement_timestamp())
WHERE nodes.id = :id
RETURNING nodes.*
