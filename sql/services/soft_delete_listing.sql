-- Mark a listing as deleted and return it.
UPDATE services_listings
SET
    deleted_at = timezone('UTC', statement_timestamp()),
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    services_listings.id = :id
    AND services_listings.deleted_at IS NULL
    AND services_listings.status <> 'deleted'
RETURNING services_listings.*
