-- An image, a video or a sound of the blog.
SELECT
    blog_media.id,
    blog_media.url,
    blog_media.content_url,
    blog_media.type,
    blog_media.encoding_format,
    blog_media.width,
    blog_media.height,
    blog_media.duration,
    blog_media.license,
    blog_media.copyright_holder,
    blog_media.caption,
    blog_media.description,
    blog_media.alt,
    blog_media.thumbnail_url,
    blog_media.created_at,
    blog_media.updated_at
FROM blog_media
