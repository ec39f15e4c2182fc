-- Move a category below another, or to the top, and return it.
SELECT pg_advisory_xact_lock(hashtextextended('services_categories', 0));

WITH RECURSIVE ancestor AS (
    SELECT
        services_categories.id,
        services_categories.parent_id
    FROM services_categories
    WHERE services_categories.id = :parent_id
    UNION
    SELECT
        services_categories.id,
        services_categories.parent_id
    FROM ancestor
    INNER JOIN services_categories ON ancestor.parent_id = services_categories.id
)

SELECT refuse_command('cycle')
FROM ancestor
WHERE ancestor.id = :id;

UPDATE services_categories
SET
    parent_id = :parent_id,
    updated_at = timezone('UTC', statement_timestamp())
WHERE services_categories.id = :id
RETURNING services_categories.*
