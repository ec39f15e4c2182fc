-- Make these media a listing's only ones, and count what changed.
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
        medium.media_id,
        medium.type,
        medium.position,
        row_number() OVER (PARTITION BY medium.media_id, medium.type) AS repeat -- from 2 on, it is to break the key
    FROM jsonb_to_recordset(:media::jsonb) AS medium (media_id text, type text, position text)
),

removed AS (
    DELETE FROM services_media_links
    WHERE
        services_media_links.service_id = :service_id
        AND NOT EXISTS (
            SELECT FROM given
            WHERE given.media_id = services_media_links.media_id AND given.type = services_media_links.type
        )
    RETURNING services_media_links.media_id
),

changed AS (
    UPDATE services_media_links
    SET position = given.position
    FROM given
    WHERE
        services_media_links.service_id = :service_id
        AND services_media_links.media_id = given.media_id
        AND services_media_links.type = given.type
        AND given.repeat = 1
        AND services_media_links.position IS DISTINCT FROM given.position
    RETURNING services_media_links.media_id
),

added AS (
    INSERT INTO services_media_links (service_id, media_id, type, position)
    SELECT
        :service_id::text AS service_id,
        given.media_id,
        given.type,
        given.position
    FROM given
    WHERE
        given.repeat > 1
        OR NOT EXISTS (
            SELECT FROM services_media_links
            WHERE
                services_media_links.service_id = :service_id
                AND services_media_links.media_id = given.media_id
                AND services_media_links.type = given.type
        )
    RETURNING services_media_links.media_id
)

SELECT
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM removed) AS removed
