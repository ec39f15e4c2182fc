-- Add a review, or a reply to one, and give it back.
SELECT concordia_refuse('cycle') -- when :parent_id
WHERE :parent_id::text = :id::text; -- when :parent_id

SELECT concordia_refuse('parent_of_another_service') -- when :parent_id
FROM services_reviews -- when :parent_id
WHERE services_reviews.id = :parent_id AND services_reviews.service_id <> :service_id; -- when :parent_id

INSERT INTO services_reviews (
    id,
    service_id,
    parent_id,
    author_name,
    author_email,
    author_id,
    content,
    rating,
    status,
    in_language,
    created_at,
    updated_at
) VALUES (
    :id,
    :service_id,
    :parent_id,
    :author_name,
    :author_email,
    :author_id,
    :content::jsonb,
    :rating,
    :status,
    :in_language,
    timezone('UTC', now()),
    timezone('UTC', now())
)
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
