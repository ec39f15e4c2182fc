-- Change the given fields of a review, not deleted, and return it.
UPDATE services_reviews
SET
    author_name = :author_name, -- when :author_name
    author_email = :author_email, -- when :author_email
    content = :content::jsonb, -- when :content
    rating = :rating, -- when :rating
    in_language = :in_language, -- when :in_language
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    services_reviews.id = :id
    AND services_reviews.deleted_at IS NULL
RETURNING services_reviews.*
