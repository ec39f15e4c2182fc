-- Mark a review as deleted and return it.
UPDATE services_reviews
SET
    deleted_at = timezone('UTC', statement_timestamp()),
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    services_reviews.id = :id
    AND services_reviews.deleted_at IS NULL
RETURNING services_reviews.*
