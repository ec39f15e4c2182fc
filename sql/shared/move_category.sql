-- Move a category below another, or to the top, and return it.
-- names: categories
SELECT pg_advisory_xact_lock(hashtextextended('categories', 0));

WITH RECURSIVE ancestor AS (
    SELECT
        categories.id,
        categories.parent_id
    FROM categories
    WHERE categories.id = :parent_id
    UNION
    SELECT
        categories.id,
        categories.parent_id
    FROM ancestor
    INNER JOIN categories ON ancestor.parent_id = categories.id
)

SELECT refuse_command('cycle')
FROM ancestor
WHERE ancestor.id = :id;

UPDATE categories
SET
    parent_id = :parent_id,
    updated_at = timezone('UTC', statement_timestamp())
WHERE categories.id = :id
RETURNING categories.*
