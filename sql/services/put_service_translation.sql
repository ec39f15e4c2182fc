-- Put a listing's translation into a language in place of the existing one and return it.
-- uses: services/deleted_listing

-- Two at once, of one id, would both insert: the second waits.
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :service_id
FOR NO KEY UPDATE;

SELECT refuse_command('deleted_service')
FROM services_deleted_listing
WHERE services_deleted_listing.id = :service_id;

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
) VALUES (
    :id,
    :service_id,
    :in_language,
    :title::jsonb,
    :description::jsonb,
    :short_description::jsonb,
    :seo_title::jsonb,
    :seo_description::jsonb,
    :seo_keywords::jsonb,
    :canonical_url::jsonb,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
ON CONFLICT (service_id, in_language) DO UPDATE
    SET
        title = excluded.title,
        description = excluded.description,
        short_description = excluded.short_description,
        seo_title = excluded.seo_title,
        seo_description = excluded.seo_description,
        seo_keywords = excluded.seo_keywords,
        canonical_url = excluded.canonical_url,
        updated_at = excluded.updated_at
RETURNING services_translations.*
