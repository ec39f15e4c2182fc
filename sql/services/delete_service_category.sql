-- Delete a category and remove it from its listings; its children become those of its parent.
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
    WHERE services_listings.category_id = :id
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
        AND services_categories.parent_id = parent.id
        AND services_categories.id <> parent.id
    RETURNING services_categories.id
),

deleted_categories AS (
    DELETE FROM services_categories
    WHERE services_categories.id = :id
    RETURNING services_categories.id
)

SELECT
    (SELECT count(*) FROM deleted_categories) AS services_categories,
    (SELECT count(*) FROM detached_listings) AS services_listings_detached,
    (SELECT count(*) FROM moved_children) AS services_categories_detached
