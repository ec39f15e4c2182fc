-- A post whose comments and translations are read: one that is published, or deleted or not published where these are asked for.
SELECT blog_posts.id
FROM blog_posts
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no such row, which it would then sort.
    coalesce(blog_posts.deleted_at IS NULL AND blog_posts.status = 'published', FALSE)
    OR ( -- when :with_unpublished
        :with_unpublished::boolean -- when :with_unpublished
        AND blog_posts.deleted_at IS NULL -- when :with_unpublished
        AND blog_posts.status <> 'deleted' -- when :with_unpublished
    ) -- when :with_unpublished
    OR ( -- when :of_deleted
        :of_deleted::boolean -- when :of_deleted
        AND (blog_posts.deleted_at IS NOT NULL OR blog_posts.status = 'deleted') -- when :of_deleted
    ) -- when :of_deleted
