-- Set the status of reviews that still have the one seen and return them in the order given.
SELECT services_reviews.id
FROM services_reviews
INNER JOIN jsonb_to_recordset(:seen::jsonb) AS seen (id text) ON services_reviews.id = seen.id
ORDER BY services_reviews.id
FOR UPDATE OF services_reviews;

WITH seen AS MATERIALIZED (
    SELECT
        given.number,
        given.review ->> 'id' AS id,
        given.review ->> 'status' AS status
    FROM jsonb_array_elements(:seen::jsonb) WITH ORDINALITY AS given (review, number)
),

moderated AS (
    UPDATE services_reviews
    SET
        status = :status,
        updated_at = timezone('UTC', statement_timestamp())
    FROM seen
    WHERE
        services_reviews.id = seen.id
        AND services_reviews.status = seen.status
        AND services_reviews.deleted_at IS NULL
    RETURNING
        services_reviews.*,
        seen.number
)

SELECT moderated.*
FROM moderated
ORDER BY moderated.number
