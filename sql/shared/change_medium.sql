-- Change the given fields of an image, a video or a sound, and return it.
-- names: media
UPDATE media
SET
    url = :url, -- when :url
    content_url = :content_url, -- when :content_url
    type = :type, -- when :type
    encoding_format = :encoding_format, -- when :encoding_format
    width = :width, -- when :width
    height = :height, -- when :height
    duration = :duration, -- when :duration
    license = :license, -- when :license
    copyright_holder = :copyright_holder, -- when :copyright_holder
    caption = :caption::jsonb, -- when :caption
    description = :description::jsonb, -- when :description
    alt = :alt::jsonb, -- when :alt
    thumbnail_url = :thumbnail_url, -- when :thumbnail_url
    updated_at = timezone('UTC', statement_timestamp())
WHERE media.id = :id
RETURNING media.*
