-- Give a listing a medium at a position, or move the one that it has there.
INSERT INTO services_media_links (service_id, media_id, type, position)
VALUES (:service_id, :media_id, :type, :position)
ON CONFLICT (service_id, media_id, type) DO UPDATE SET
    position = excluded.position
