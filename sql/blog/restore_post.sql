-- Bring a deleted post back as it was.
SELECT concordia_refuse('no_former_status')
FROM blog_posts
WHERE
    blog_posts.id = :id
    AND blog_posts.status = 'deleted';

UPDATE blog_posts
SET
    deleted_at = NULL,
    updated_at = timezone('UTC', now())
WHERE
    blog_posts.id = :id
    AND blog_posts.deleted_at IS NOT NULL
RETURNING
    blog_posts.id,
    blog_posts.slug,
    blog_posts.status,
    blog_posts.published_at,
    blog_posts.display_in_home,
    blog_posts.display_in_blog,
    blog_posts.is_featured,
    blog_posts.reading_time,
    blog_posts.word_count,
    blog_posts.time_required,
    blog_posts.allow_comments,
    blog_posts.in_language,
    blog_posts.license,
    blog_posts.discussion_url,
    blog_posts.url,
    blog_posts.identifier,
    blog_posts.organization_id,
    blog_posts.deleted_at,
    blog_posts.created_at,
    blog_posts.updated_at
