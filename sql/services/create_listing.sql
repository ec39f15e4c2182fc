-- Create a listing with everything that belongs to it and return it.
-- uses: services/deleted_listing
SELECT refuse_command('taken_by_deleted', 'slug')
FROM services_deleted_listing
WHERE services_deleted_listing.slug = :slug;

WITH created_listing AS (
    INSERT INTO services_listings (
        id,
        slug,
        category_id,
        provider_id,
        organization_id,
        status,
        base_price,
        price_type,
        currency,
        duration_minutes,
        is_mobile,
        max_participants,
        booking_advance_hours,
        cancellation_hours,
        is_active,
        is_featured,
        display_in_home,
        allow_reviews,
        in_language,
        created_at,
        updated_at
    ) VALUES (
        :id,
        :slug,
        :category_id,
        :provider_id,
        :organization_id,
        :status,
        :base_price,
        :price_type,
        :currency,
        :duration_minutes,
        :is_mobile,
        :max_participants,
        :booking_advance_hours,
        :cancellation_hours,
        :is_active,
        :is_featured,
        :display_in_home,
        :allow_reviews,
        :in_language,
        timezone('UTC', statement_timestamp()),
        timezone('UTC', statement_timestamp())
    )
    RETURNING services_listings.*
),

created_translations AS (
    INSERT INTO services_translations (
        id,
        service_id,
        in_language,
        title,
        description,
        short_description,
        seo_title,
        seo_description,
        seo_keywords,
        canonical_url,
        created_at,
        updated_at
    )
    SELECT
        translation.id,
        :id::text AS service_id,
        translation.in_language,
        translation.title,
        translation.description,
        translation.short_description,
        translation.seo_title,
        translation.seo_description,
        translation.seo_keywords,
        translation.canonical_url,
        timezone('UTC', statement_timestamp()) AS created_at,
        timezone('UTC', statement_timestamp()) AS updated_at
    FROM jsonb_populate_recordset(NULL::services_translations, :translations::jsonb) AS translation
),

linked_media AS (
    INSERT INTO services_media_links (service_id, media_id, type, position)
    SELECT
        :id::text AS service_id,
        medium.media_id,
        medium.type,
        medium.position
    FROM jsonb_to_recordset(:media::jsonb) AS medium (media_id text, type text, position text)
),

created_slots AS (
    INSERT INTO services_availability (id, service_id, day_of_week, start_time, end_time, is_available, created_at)
    SELECT
        slot.id,
        :id::text AS service_id,
        slot.day_of_week,
        slot.start_time,
        slot.end_time,
        slot.is_available,
        timezone('UTC', statement_timestamp()) AS created_at
    FROM jsonb_populate_recordset(NULL::services_availability, :availability::jsonb) AS slot
)

SELECT created_listing.*
FROM created_listing
