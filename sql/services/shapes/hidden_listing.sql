-- A listing that visitors do not see: it is deleted or not active.
SELECT services_listings.id
FROM services_listings
WHERE
    services_listings.deleted_at IS NOT NULL
    OR services_listings.status <> 'active'
    OR NOT services_listings.is_active
