-- A review, not deleted, with its author, its service and its parent.
-- uses: auth/public_user, services/listing, services/review
SELECT
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
    services_reviews.updated_at,
    (
        SELECT to_json(auth_public_user.*)
        FROM auth_public_user
        WHERE auth_public_user.id = services_reviews.author_id
    ) AS author,
    (
        SELECT to_json(services_listing.*)
        FROM services_listing
        WHERE services_listing.id = services_reviews.service_id
    ) AS service,
    (
        SELECT to_json(services_review.*)
        FROM services_review
        WHERE services_review.id = services_reviews.parent_id
    ) AS parent
FROM services_reviews
WHERE services_reviews.deleted_at IS NULL
