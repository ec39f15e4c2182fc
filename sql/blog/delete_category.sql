-- Delete a category and remove it from its posts; its children become those of its parent.
-- In batches, at most `limit` rows of each table go at once, and the category with the last of them.
SELECT pg_advisory_xact_lock(hashtextextended('blog_categories', 0));

SELECT blog_categories.id
FROM blog_categories
WHERE blog_categories.id = :id
FOR UPDATE;

WITH unlinked_posts AS (
    DELETE FROM blog_post_categories
    WHERE
        blog_post_categories.category_id = :id
        AND blog_post_categories.post_id = any(array(
            SELECT own.post_id
            FROM blog_post_categories AS own
            WHERE own.category_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_post_categories.post_id
),

moved_children AS (
    UPDATE blog_categories
    SET
        parent_id = nullif(nullif(parent.parent_id, parent.id), blog_categories.id),
        updated_at = timezone('UTC', statement_timestamp())
    FROM blog_categories AS parent
    WHERE
        parent.id = :id
        AND blog_categories.id = any(array(
            SELECT child.id
            FROM blog_categories AS child
            WHERE child.parent_id = :id AND child.id <> :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING blog_categories.id
),

deleted_categories AS (
    DELETE FROM blog_categories
    WHERE
        blog_categories.id = :id
        AND greatest(
            (SELECT count(*) FROM unlinked_posts),
            (SELECT count(*) FROM moved_children)
        ) < :limit
    RETURNING blog_categories.id
)

SELECT
    (SELECT count(*) FROM deleted_categories) AS blog_categories,
    (SELECT count(*) FROM unlinked_posts) AS blog_post_categories,
    (SELECT count(*) FROM moved_children) AS blog_categories_detached
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_categories) THEN TRUE
        WHEN EXISTS (
            SELECT FROM blog_categories
            WHERE blog_categories.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
