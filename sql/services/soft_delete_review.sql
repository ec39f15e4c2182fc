-- Mark a review as deleted, and give it back.
UPDATE services_reviews
SET
    deleted_at = timezone('UTC', now()),
    updated_at = timezone('UTC', now())
WHERE
    services_reviews.id = :id
    AND services_reviews.deleted_at IS NULL
RETURNING
    services_reviews.id,
    services_reviews.service_id,
    services_reviews.parent_id,
    services_reviews.author_name,
    services_reviews.author_email,
    services_reviews.author_id,
    services_reviews.content,
    services_reviews.rating,
    services_reviews.status,
    services_reviews.in_language,
    services_reviews.deleted_at,
    services_reviews.created_at,
    services_reviews.updated_at
