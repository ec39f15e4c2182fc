-- Move a category below another, or to the top, and return it.
SELECT pg_advisory_xact_lock(hashtextextended('blog_categories', 0));

WITH RECURSIVE ancestor AS (
    SELECT
        blog_categories.id,
        blog_categories.parent_id
    FROM blog_categories
    WHERE blog_categories.id = :parent_id
    UNION
    SELECT
        blog_categories.id,
        blog_categories.parent_id
    FROM ancestor
    INNER JOIN blog_categories ON ancestor.parent_id = blog_categories.id
)

SELECT refuse_command('cycle')
FROM ancestor
WHERE ancestor.id = :id;

UPDATE blog_categories
SET
    parent_id = :parent_id,
    updated_at = timezone('UTC', statement_timestamp())
WHERE blog_categories.id = :id
RETURNING blog_categories.*
