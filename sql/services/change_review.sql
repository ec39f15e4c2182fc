-- Change what is given of a review, not deleted, and give it back.
UPDATE services_reviews
SET
    author_name = :author_name, -- when :author_name
    author_email = :author_email, -- when :author_email
    content = :content::jsonb, -- when :content
    rating = :rating, -- when :rating
    in_language = :in_language, -- when :in_language
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
