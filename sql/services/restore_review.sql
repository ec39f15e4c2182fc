-- Bring a deleted review back as it was.
SELECT refuse_command('emptied')
FROM services_reviews
WHERE
    services_reviews.id = :id
    AND services_reviews.deleted_at IS NOT NULL
    AND services_reviews.author_email = ''
    AND services_reviews.content = '""';

UPDATE services_reviews
SET
    deleted_at = NULL,
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    services_reviews.id = :id
    AND services_reviews.deleted_at IS NOT NULL
RETURNING services_reviews.*
