-- Change the given fields of a listing, not deleted, and return it.
SELECT refuse_command('taken_by_deleted', 'slug') -- when :slug
FROM services_listings -- when :slug
INNER JOIN services_listings AS holder ON services_listings.id <> holder.id -- when :slug
WHERE -- when :slug
    services_listings.id = :id -- when :slug
    AND services_listings.deleted_at IS NULL -- when :slug
    AND services_listings.status <> 'deleted' -- when :slug
    AND holder.slug = :slug -- when :slug
    AND (holder.deleted_at IS NOT NULL OR holder.status = 'deleted'); -- when :slug

UPDATE services_listings
SET
    slug = :slug, -- when :slug
    category_id = :category_id, -- when :category_id
    provider_id = :provider_id, -- when :provider_id
    organization_id = :organization_id, -- when :organization_id
    status = :status, -- when :status
    base_price = :base_price, -- when :base_price
    price_type = :price_type, -- when :price_type
    currency = :currency, -- when :currency
    duration_minutes = :duration_minutes, -- when :duration_minutes
    is_mobile = :is_mobile, -- when :is_mobile
    max_participants = :max_participants, -- when :max_participants
    booking_advance_hours = :booking_advance_hours, -- when :booking_advance_hours
    cancellation_hours = :cancellation_hours, -- when :cancellation_hours
    is_active = :is_active, -- when :is_active
    is_featured = :is_featured, -- when :is_featured
    display_in_home = :display_in_home, -- when :display_in_home
    allow_reviews = :allow_reviews, -- when :allow_reviews
    in_language = :in_language, -- when :in_language
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    services_listings.id = :id
    AND services_listings.deleted_at IS NULL
    AND services_listings.status <> 'deleted'
RETURNING services_listings.*
