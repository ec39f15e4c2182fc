-- Delete an author and remove them from their posts, which stay. In batches, at most `limit` rows of each table go at once, and the author with the
-- last of them. Each is locked as it is picked, so that one which others remove or move away meanwhile is not counted among them.
-- By arrays, and in their order: so an index is read as far as rows are picked, and each is looked up by its key, whatever the statistics.
SELECT blog_authors.id
FROM blog_authors
WHERE blog_authors.id = :id
FOR UPDATE;

WITH picked_links AS MATERIALIZED (
    SELECT
        blog_post_authors.post_id,
        blog_post_authors.author_id
    FROM blog_post_authors
    WHERE blog_post_authors.author_id = any(ARRAY[:id])
    ORDER BY blog_post_authors.author_id
    LIMIT :limit
    FOR UPDATE
),

unlinked_posts AS (
    DELETE FROM blog_post_authors
    USING picked_links
    WHERE blog_post_authors.post_id = any(ARRAY[picked_links.post_id]) AND blog_post_authors.author_id = any(ARRAY[picked_links.author_id])
    RETURNING blog_post_authors.post_id
),

deleted_authors AS (
    DELETE FROM blog_authors
    WHERE
        blog_authors.id = :id
        AND (SELECT count(*) FROM unlinked_posts) < :limit
    RETURNING blog_authors.id
)

SELECT
    (SELECT count(*) FROM deleted_authors) AS blog_authors,
    (SELECT count(*) FROM unlinked_posts) AS blog_post_authors
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_authors) THEN TRUE
        WHEN EXISTS (
            SELECT FROM blog_authors
            WHERE blog_authors.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
