-- Delete a category and remove it from its posts; its children become those of its parent.
SELECT pg_advisory_xact_lock(hashtextextended('blog_categories', 0));

SELECT blog_categories.id
FROM blog_categories
WHERE blog_categories.id = :id
FOR UPDATE;

WITH unlinked_posts AS (
    DELETE FROM blog_post_categories
    WHERE blog_post_categories.category_id = :id
    RETURNING blog_post_categories.category_id
),

moved_children AS (
    UPDATE blog_categories
    SET
        parent_id = nullif(nullif(parent.parent_id, parent.id), blog_categories.id),
        updated_at = timezone('UTC', statement_timestamp())
    FROM blog_categories AS parent
    WHERE
        parent.id = :id
        AND blog_categories.parent_id = parent.id
        AND blog_categories.id <> parent.id
    RETURNING blog_categories.id
),

deleted_categories AS (
    DELETE FROM blog_categories
    WHERE blog_categories.id = :id
    RETURNING blog_categories.id
)

SELECT
    (SELECT count(*) FROM deleted_categories) AS blog_categories,
    (SELECT count(*) FROM unlinked_posts) AS blog_post_categories,
    (SELECT count(*) FROM moved_children) AS blog_categories_detached
