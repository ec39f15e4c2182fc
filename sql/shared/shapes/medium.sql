-- An image, a video or a sound, without relations, for use in other shapes.
-- names: media
SELECT
    media.id,
    media.url,
    media.content_url,
    media.type,
    media.encoding_format,
    media.width,
    media.height,
    media.duration,
    media.license,
    media.copyright_holder,
    media.caption,
    media.description,
    media.alt,
    media.thumbnail_url,
    media.created_at,
    media.updated_at
FROM media
