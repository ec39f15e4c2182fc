-- Remove a medium from a listing.
DELETE FROM services_media_links
WHERE
    services_media_links.service_id = :service_id
    AND services_media_links.media_id = :media_id
    AND services_media_links.type = :type
