-- Bring a deleted listing back as it was.
SELECT refuse_command('no_former_status')
FROM services_listings
WHERE
    services_listings.id = :id
    AND services_listings.status = 'deleted';

UPDATE services_listings
SET
    deleted_at = NULL,
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    services_listings.id = :id
    AND services_listings.deleted_at IS NOT NULL
RETURNING services_listings.*
