-- Give a listing a medium at a position, or move the one that it has there.
-- uses: services/deleted_listing
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id = :service_id
FOR SHARE;

SELECT refuse_command('deleted_service')
FROM services_deleted_listing
WHERE services_deleted_listing.id = :service_id;

INSERT INTO services_media_links (service_id, media_id, type, position)
VALUES (:service_id, :media_id, :type, :position)
ON CONFLICT (service_id, media_id, type) DO UPDATE SET
    position = excluded.position
