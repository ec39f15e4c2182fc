-- A medium of the marketplace, without relations, for use in other shapes.
SELECT
    services_media.id,
    services_media.url,
    services_media.content_url,
    services_media.type,
    services_media.encoding_format,
    services_media.width,
    services_media.height,
    services_media.duration,
    services_media.license,
    services_media.copyright_holder,
    services_media.caption,
    services_media.description,
    services_media.alt,
    services_media.thumbnail_url,
    services_media.created_at,
    services_media.updated_at
FROM services_media
