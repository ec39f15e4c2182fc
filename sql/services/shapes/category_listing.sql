-- A listing that is active in a category.
SELECT
    services_listings.category_id,
    services_listings.id
FROM services_listings
WHERE
    services_listings.status = 'active'
    AND services_listings.is_active
    AND services_listings.deleted_at IS NULL
