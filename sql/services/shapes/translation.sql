-- A translation of a listing, alone.
SELECT
    services_translations.id,
    services_translations.service_id,
    services_translations.in_language,
    services_translations.title,
    services_translations.description,
    services_translations.short_description,
    services_translations.seo_title,
    services_translations.seo_description,
    services_translations.seo_keywords,
    services_translations.canonical_url,
    services_translations.created_at,
    services_translations.updated_at
FROM services_translations
