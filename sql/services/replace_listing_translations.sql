-- Make these translations a listing's only ones, each in the place of the one in its language, and count what changed.
-- uses: services/deleted_listing
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :service_id
FOR UPDATE;

SELECT refuse_command('deleted_service')
FROM services_deleted_listing
WHERE services_deleted_listing.id = :service_id;

WITH given AS MATERIALIZED (
    SELECT
        translation.*,
        row_number() OVER (PARTITION BY translation.in_language) AS repeat -- from 2 on, it is to break the key
    FROM jsonb_populate_recordset(NULL::services_translations, :translations::jsonb) AS translation
),

removed AS (
    DELETE FROM services_translations
    WHERE
        services_translations.service_id = :service_id
        AND NOT EXISTS (
            SELECT FROM given
            WHERE given.in_language = services_translations.in_language
        )
    RETURNING services_translations.id
),

changed AS (
    UPDATE services_translations
    SET
        title = given.title,
        description = given.description,
        short_description = given.short_description,
        seo_title = given.seo_title,
        seo_description = given.seo_description,
        seo_keywords = given.seo_keywords,
        canonical_url = given.canonical_url,
        updated_at = timezone('UTC', statement_timestamp())
    FROM given
    WHERE
        services_translations.service_id = :service_id
        AND services_translations.in_language = given.in_language
        AND given.repeat = 1
        AND (
            services_translations.title,
            services_translations.description,
            services_translations.short_description,
            services_translations.seo_title,
            services_translations.seo_description,
            services_translations.seo_keywords,
            services_translations.canonical_url
        ) IS DISTINCT FROM (
            given.title,
            given.description,
            given.short_description,
            given.seo_title,
            given.seo_description,
            given.seo_keywords,
            given.canonical_url
        )
    RETURNING services_translations.id
),

added AS (
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
        given.id,
        :service_id::text AS service_id,
        given.in_language,
        given.title,
        given.description,
        given.short_description,
        given.seo_title,
        given.seo_description,
        given.seo_keywords,
        given.canonical_url,
        timezone('UTC', statement_timestamp()) AS created_at,
        timezone('UTC', statement_timestamp()) AS updated_at
    FROM given
    WHERE
        given.repeat > 1
        OR NOT EXISTS (
            SELECT FROM services_translations
            WHERE
                services_translations.service_id = :service_id
                AND services_translations.in_language = given.in_language
        )
    RETURNING services_translations.id
)

SELECT
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM removed) AS removed
