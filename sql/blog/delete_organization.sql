-- Delete an organization and remove it from its posts, authors and listings, which stay.
-- In batches, at most `limit` rows of each table at once, locked as they are picked, since others may take them, and the organization with the last.
-- By an array, and in its order: so the index is read as far as rows are picked, whatever the statistics.
SELECT blog_organizations.id
FROM blog_organizations
WHERE blog_organizations.id = :id
FOR UPDATE;

WITH detached_posts AS (
    UPDATE blog_posts
    SET
        organization_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        blog_posts.id = any(array(
            SELECT own.id
            FROM blog_posts AS own
            WHERE own.organization_id = any(ARRAY[:id])
            ORDER BY own.organization_id
            LIMIT :limit
            FOR NO KEY UPDATE
        ))
    RETURNING blog_posts.id
),

detached_authors AS (
    UPDATE blog_authors
    SET
        works_for_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        blog_authors.id = any(array(
            SELECT own.id
            FROM blog_authors AS own
            WHERE own.works_for_id = any(ARRAY[:id])
            ORDER BY own.works_for_id
            LIMIT :limit
            FOR NO KEY UPDATE
        ))
    RETURNING blog_authors.id
),

detached_listings AS (
    UPDATE services_listings
    SET
        organization_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        services_listings.id = any(array(
            SELECT own.id
            FROM services_listings AS own
            WHERE own.organization_id = any(ARRAY[:id])
            ORDER BY own.organization_id
            LIMIT :limit
            FOR NO KEY UPDATE
        ))
    RETURNING services_listings.id
),

deleted_organizations AS (
    DELETE FROM blog_organizations
    WHERE
        blog_organizations.id = :id
        AND greatest(
            (SELECT count(*) FROM detached_posts),
            (SELECT count(*) FROM detached_authors),
            (SELECT count(*) FROM detached_listings)
        ) < :limit
    RETURNING blog_organizations.id
)

SELECT
    (SELECT count(*) FROM deleted_organizations) AS blog_organizations,
    (SELECT count(*) FROM detached_posts) AS blog_posts_detached,
    (SELECT count(*) FROM detached_authors) AS blog_authors_detached,
    (SELECT count(*) FROM detached_listings) AS services_listings_detached
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_organizations) THEN TRUE
        WHEN EXISTS (
            SELECT FROM blog_organizations
            WHERE blog_organizations.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
