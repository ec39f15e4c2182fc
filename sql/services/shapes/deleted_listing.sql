-- A listing that is deleted.
SELECT
    services_listings.id,
    services_listings.slug
FROM services_listings
WHERE
    services_listings.deleted_at IS NOT NULL
    OR services_listings.status = 'deleted'
