-- Delete an organization and remove it from its posts, authors and listings, which stay.
SELECT blog_organizations.id
FROM blog_organizations
WHERE blog_organizations.id = :id
FOR UPDATE;

WITH detached_posts AS (
    UPDATE blog_posts
    SET
        organization_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE blog_posts.organization_id = :id
    RETURNING blog_posts.id
),

detached_authors AS (
    UPDATE blog_authors
    SET
        works_for_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE blog_authors.works_for_id = :id
    RETURNING blog_authors.id
),

detached_listings AS (
    UPDATE services_listings
    SET
        organization_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE services_listings.organization_id = :id
    RETURNING services_listings.id
),

deleted_organizations AS (
    DELETE FROM blog_organizations
    WHERE blog_organizations.id = :id
    RETURNING blog_organizations.id
)

SELECT
    (SELECT count(*) FROM deleted_organizations) AS blog_organizations,
    (SELECT count(*) FROM detached_posts) AS blog_posts_detached,
    (SELECT count(*) FROM detached_authors) AS blog_authors_detached,
    (SELECT count(*) FROM detached_listings) AS services_listings_detached
