-- Move a review below another of its listing, or to the top, with all its replies, and return it.
SELECT services_listings.id
FROM services_listings
INNER JOIN services_reviews ON services_listings.id = services_reviews.service_id
WHERE services_reviews.id = :id
FOR NO KEY UPDATE OF services_listings;

SELECT refuse_command('parent_of_another_service')
FROM services_reviews
INNER JOIN services_reviews AS parent ON services_reviews.service_id <> parent.service_id
WHERE
    services_reviews.id = :id
    AND parent.id = :parent_id;

WITH RECURSIVE ancestor AS (
    SELECT
        services_reviews.id,
        services_reviews.parent_id
    FROM services_reviews
    WHERE services_reviews.id = :parent_id
    UNION
    SELECT
        services_reviews.id,
        services_reviews.parent_id
    FROM ancestor
    INNER JOIN services_reviews ON ancestor.parent_id = services_reviews.id
)

SELECT refuse_command('cycle')
FROM ancestor
WHERE ancestor.id = :id;

UPDATE services_reviews
SET
    parent_id = :parent_id,
    updated_at = timezone('UTC', statement_timestamp())
WHERE services_reviews.id = :id
RETURNING services_reviews.*
