-- Change the given fields of a post, not deleted, and return it.
SELECT refuse_command('taken_by_deleted', 'slug') -- when :slug
FROM blog_posts -- when :slug
INNER JOIN blog_posts AS holder ON blog_posts.id <> holder.id -- when :slug
WHERE -- when :slug
    blog_posts.id = :id -- when :slug
    AND blog_posts.deleted_at IS NULL -- when :slug
    AND blog_posts.status <> 'deleted' -- when :slug
    AND holder.slug = :slug -- when :slug
    AND (holder.deleted_at IS NOT NULL OR holder.status = 'deleted'); -- when :slug

UPDATE blog_posts
SET
    slug = :slug, -- when :slug
    status = :status, -- when :status
    published_at = :published_at, -- when :published_at
    display_in_home = :display_in_home, -- when :display_in_home
    display_in_blog = :display_in_blog, -- when :display_in_blog
    is_featured = :is_featured, -- when :is_featured
    reading_time = :reading_time, -- when :reading_time
    word_count = :word_count, -- when :word_count
    time_required = :time_required, -- when :time_required
    allow_comments = :allow_comments, -- when :allow_comments
    in_language = :in_language, -- when :in_language
    license = :license, -- when :license
    discussion_url = :discussion_url, -- when :discussion_url
    url = :url, -- when :url
    identifier = :identifier, -- when :identifier
    organization_id = :organization_id, -- when :organization_id
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    blog_posts.id = :id
    AND blog_posts.deleted_at IS NULL
    AND blog_posts.status <> 'deleted'
RETURNING blog_posts.*
