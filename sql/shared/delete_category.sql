-- Delete a category and remove it from its posts, by their links, or from its listings; its children become those of its parent.
-- In batches, at most `limit` rows of each table at once, locked as they are picked, since others may take them, and the category with the last.
-- By arrays, and in their order: so an index is read as far as rows are picked, and each is looked up by its key, whatever the statistics.
-- names: categories, links, items, detached_children
SELECT pg_advisory_xact_lock(hashtextextended('categories', 0));

SELECT categories.id
FROM categories
WHERE categories.id = :id
FOR UPDATE;

WITH moved_children AS (
    UPDATE categories
    SET
        parent_id = nullif(nullif(parent.parent_id, parent.id), categories.id),
        updated_at = timezone('UTC', statement_timestamp())
    FROM categories AS parent
    WHERE
        parent.id = :id
        AND categories.id = any(array(
            SELECT child.id
            FROM categories AS child
            WHERE child.parent_id = any(ARRAY[:id]) AND child.id <> :id
            ORDER BY child.parent_id
            LIMIT :limit
            FOR NO KEY UPDATE
        ))
    RETURNING categories.id
),

picked_links AS MATERIALIZED ( -- when $links
    SELECT -- when $links
        links.post_id, -- when $links
        links.category_id -- when $links
    FROM links -- when $links
    WHERE links.category_id = any(ARRAY[:id]) -- when $links
    ORDER BY links.category_id -- when $links
    LIMIT :limit -- when $links
    FOR UPDATE -- when $links
), -- when $links

unlinked_items AS ( -- when $links
    DELETE FROM links -- when $links
    USING picked_links -- when $links
    WHERE links.post_id = any(ARRAY[picked_links.post_id]) AND links.category_id = any(ARRAY[picked_links.category_id]) -- when $links
    RETURNING links.post_id -- when $links
), -- when $links

loosened_items AS ( -- when $items
    UPDATE items -- when $items
    SET -- when $items
        category_id = NULL, -- when $items
        updated_at = timezone('UTC', statement_timestamp()) -- when $items
    WHERE -- when $items
        items.id = any(array( -- when $items
            SELECT own.id -- when $items
            FROM items AS own -- when $items
            WHERE own.category_id = any(ARRAY[:id]) -- when $items
            ORDER BY own.category_id -- when $items
            LIMIT :limit -- when $items
            FOR NO KEY UPDATE -- when $items
        )) -- when $items
    RETURNING items.id -- when $items
), -- when $items

deleted_categories AS (
    DELETE FROM categories
    WHERE
        categories.id = :id
        AND greatest(
            (SELECT count(*) FROM unlinked_items), -- when $links
            (SELECT count(*) FROM loosened_items), -- when $items
            (SELECT count(*) FROM moved_children)
        ) < :limit
    RETURNING categories.id
)

SELECT
    (SELECT count(*) FROM deleted_categories) AS categories,
    (SELECT count(*) FROM unlinked_items) AS links, -- when $links
    (SELECT count(*) FROM loosened_items) AS services_listings_detached, -- when $items
    (SELECT count(*) FROM moved_children) AS detached_children
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_categories) THEN TRUE
        WHEN EXISTS (
            SELECT FROM categories
            WHERE categories.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
