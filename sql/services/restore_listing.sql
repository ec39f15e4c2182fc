-- Bring a deleted listing back as it was.
SELECT concordia_refuse('no_former_status')
FROM services_listings
WHERE
    services_listings.id = :id
    AND services_listings.status = 'deleted';

UPDATE services_listings
SET
    deleted_at = NULL,
    updated_at = timezone('UTC', now())
WHERE
    services_listings.id = :id
    AND services_listings.deleted_at IS NOT NULL
RETURNING
    services_listings.id,
    services_listings.slug,
    services_listings.category_id,
    services_listings.provider_id,
    services_listings.organization_id,
    services_listings.status,
    services_listings.base_price,
    services_listings.price_type,
    services_listings.currency,
    services_listings.duration_minutes,
    services_listings.is_mobile,
    services_listings.max_participants,
    services_listings.booking_advance_hours,
    services_listings.cancellation_hours,
    services_listings.is_active,
    services_listings.is_featured,
    services_listings.display_in_home,
    services_listings.allow_reviews,
    services_listings.in_language,
    services_listings.deleted_at,
    services_listings.created_at,
    services_listings.updated_at
