-- Delete a review, and as the caller chooses delete those below it too, or leave an empty node in the thread.
SELECT services_listings.id
FROM services_listings
INNER JOIN services_reviews ON services_listings.id = services_reviews.service_id
WHERE services_reviews.id = :id
FOR UPDATE OF services_listings;

SELECT refuse_command('has_replies')
WHERE
    :replies::text = 'refuse'
    AND EXISTS (
        SELECT FROM services_reviews
        WHERE services_reviews.parent_id = :id AND services_reviews.id <> :id
    );

WITH RECURSIVE emptied AS (
    UPDATE services_reviews
    SET
        author_name = '',
        author_email = '',
        author_id = NULL,
        content = '""',
        rating = 0,
        deleted_at = coalesce(services_reviews.deleted_at, timezone('UTC', statement_timestamp())),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        :replies::text = 'tombstone'
        AND services_reviews.id = :id
        AND EXISTS (
            SELECT FROM services_reviews AS reply
            WHERE reply.parent_id = services_reviews.id AND reply.id <> services_reviews.id
        )
    RETURNING services_reviews.id
),

doomed AS (
    SELECT services_reviews.id
    FROM services_reviews
    WHERE
        services_reviews.id = :id
        AND NOT EXISTS (SELECT FROM emptied)
    UNION
    SELECT reply.id
    FROM doomed
    INNER JOIN services_reviews AS reply ON doomed.id = reply.parent_id
),

deleted AS (
    DELETE FROM services_reviews
    USING doomed
    WHERE services_reviews.id = doomed.id
    RETURNING services_reviews.id
)

SELECT
    (SELECT count(*) FROM deleted) AS services_reviews,
    (SELECT count(*) FROM emptied) AS services_reviews_emptied
