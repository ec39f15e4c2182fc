-- Delete a category and remove it from its listings; its children become those of its parent.
-- In batches, at most `limit` rows of each table go at once, and the category with the last of them.
SELECT pg_advisory_xact_lock(hashtextextended('services_categories', 0));

SELECT services_categories.id
FROM services_categories
WHERE services_categories.id = :id
FOR UPDATE;

WITH detached_listings AS (
    UPDATE services_listings
    SET
        category_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        services_listings.id = any(array(
            SELECT own.id
            FROM services_listings AS own
            WHERE own.category_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_listings.id
),

moved_children AS (
    UPDATE services_categories
    SET
        parent_id = nullif(nullif(parent.parent_id, parent.id), services_categories.id),
        updated_at = timezone('UTC', statement_timestamp())
    FROM services_categories AS parent
    WHERE
        parent.id = :id
        AND services_categories.id = any(array(
            SELECT child.id
            FROM services_categories AS child
            WHERE child.parent_id = :id AND child.id <> :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING services_categories.id
),

deleted_categories AS (
    DELETE FROM services_categories
    WHERE
        services_categories.id = :id
        AND greatest(
            (SELECT count(*) FROM detached_listings),
            (SELECT count(*) FROM moved_children)
        ) < :limit
    RETURNING services_categories.id
)

SELECT
    (SELECT count(*) FROM deleted_categories) AS services_categories,
    (SELECT count(*) FROM detached_listings) AS services_listings_detached,
    (SELECT count(*) FROM moved_children) AS services_categories_detached
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_categories) THEN TRUE
        WHEN EXISTS (
            SELECT FROM services_categories
            WHERE services_categories.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
