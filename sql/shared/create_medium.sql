-- Create an image, a video or a sound, and return it.
-- names: media
INSERT INTO media (
    id,
    url,
    content_url,
    type,
    encoding_format,
    width,
    height,
    duration,
    license,
    copyright_holder,
    caption,
    description,
    alt,
    thumbnail_url,
    created_at,
    updated_at
) VALUES (
    :id,
    :url,
    :content_url,
    :type,
    :encoding_format,
    :width,
    :height,
    :duration,
    :license,
    :copyright_holder,
    :caption::jsonb,
    :description::jsonb,
    :alt::jsonb,
    :thumbnail_url,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING media.*
