-- Delete a medium and remove it from the rows that show it, which stay. In batches, at most `limit` rows of each table go at once, and the
-- medium with the last of them. Each is locked as it is picked, so that one which others remove or move away meanwhile is not counted.
-- By arrays, and in their order: so an index is read as far as rows are picked, and each is looked up by its key, whatever the statistics.
-- names: media, links, subject_id, categories, detached_categories, authors
SELECT media.id
FROM media
WHERE media.id = :id
FOR UPDATE;

WITH picked_links AS MATERIALIZED (
    SELECT
        links.subject_id,
        links.media_id,
        links.type
    FROM links
    WHERE links.media_id = any(ARRAY[:id])
    ORDER BY links.media_id
    LIMIT :limit
    FOR UPDATE
),

unlinked_subjects AS (
    DELETE FROM links
    USING picked_links
    WHERE
        links.subject_id = any(ARRAY[picked_links.subject_id]) AND links.media_id = any(ARRAY[picked_links.media_id])
        AND links.type = any(ARRAY[picked_links.type])
    RETURNING links.subject_id
),

loosened_authors AS ( -- when $authors
    UPDATE authors -- when $authors
    SET -- when $authors
        avatar_id = NULL, -- when $authors
        updated_at = timezone('UTC', statement_timestamp()) -- when $authors
    WHERE -- when $authors
        authors.id = any(array( -- when $authors
            SELECT own.id -- when $authors
            FROM authors AS own -- when $authors
            WHERE own.avatar_id = any(ARRAY[:id]) -- when $authors
            ORDER BY own.avatar_id -- when $authors
            LIMIT :limit -- when $authors
            FOR NO KEY UPDATE -- when $authors
        )) -- when $authors
    RETURNING authors.id -- when $authors
), -- when $authors

loosened_categories AS (
    UPDATE categories
    SET
        featured_image_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        categories.id = any(array(
            SELECT own.id
            FROM categories AS own
            WHERE own.featured_image_id = any(ARRAY[:id])
            ORDER BY own.featured_image_id
            LIMIT :limit
            FOR NO KEY UPDATE
        ))
    RETURNING categories.id
),

deleted_media AS (
    DELETE FROM media
    WHERE
        media.id = :id
        AND greatest(
            (SELECT count(*) FROM unlinked_subjects),
            (SELECT count(*) FROM loosened_authors), -- when $authors
            (SELECT count(*) FROM loosened_categories)
        ) < :limit
    RETURNING media.id
)

SELECT
    (SELECT count(*) FROM deleted_media) AS media,
    (SELECT count(*) FROM unlinked_subjects) AS links,
    (SELECT count(*) FROM loosened_authors) AS blog_authors_detached, -- when $authors
    (SELECT count(*) FROM loosened_categories) AS detached_categories
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_media) THEN TRUE
        WHEN EXISTS (
            SELECT FROM media
            WHERE media.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
