-- Add a review, or a reply to one, and give it back.
-- uses: services/deleted_listing
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :service_id
FOR SHARE;

SELECT refuse_command('deleted_service')
FROM services_deleted_listing
WHERE services_deleted_listing.id = :service_id;

SELECT refuse_command('reviews_closed')
FROM services_listings
WHERE services_listings.id = :service_id AND NOT (services_listings.allow_reviews OR :even_if_closed::boolean);

SELECT refuse_command('cycle') -- when :parent_id
WHERE :parent_id::text = :id::text; -- when :parent_id

SELECT refuse_command('parent_of_another_service') -- when :parent_id
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
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING services_reviews.*
