-- A post that is published, or not deleted where that is asked for, with what belongs to it; comments only when a class names them.
-- uses: blog/organization, blog/author, blog/category, blog/linked_medium, blog/translation, blog/comment
SELECT
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
    blog_posts.updated_at,
    (
        SELECT to_json(blog_organization.*)
        FROM blog_organization
        WHERE blog_organization.id = blog_posts.organization_id
    ) AS organization,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.slug, shown.id), '[]')
        FROM (
            SELECT blog_author.*
            FROM blog_post_authors AS link
            -- As links do, here and below: so that each is looked up, also where no table was analyzed.
            INNER JOIN blog_author ON blog_author.id = any(ARRAY[coalesce(link.author_id, to_tsvector(link.author_id)::text)])
            WHERE link.post_id = blog_posts.id
            ORDER BY
                blog_author.slug,
                blog_author.id
            LIMIT 100
        ) AS shown
    ) AS authors,
    cardinality(array(
        SELECT 1
        FROM blog_post_authors
        WHERE blog_post_authors.post_id = blog_posts.id
        LIMIT 1000 -- noqa: AM09
    )) AS author_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.slug, shown.id), '[]')
        FROM (
            SELECT blog_category.*
            FROM blog_post_categories AS link
            INNER JOIN blog_category ON blog_category.id = any(ARRAY[coalesce(link.category_id, to_tsvector(link.category_id)::text)])
            WHERE link.post_id = blog_posts.id
            ORDER BY
                blog_category.slug,
                blog_category.id
            LIMIT 100
        ) AS shown
    ) AS categories,
    cardinality(array(
        SELECT 1
        FROM blog_post_categories
        WHERE blog_post_categories.post_id = blog_posts.id
        LIMIT 1000 -- noqa: AM09
    )) AS category_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.rank, shown.id, shown.link_type), '[]')
        FROM (
            SELECT blog_linked_medium.*
            FROM blog_linked_medium
            WHERE blog_linked_medium.post_id = blog_posts.id
            ORDER BY
                blog_linked_medium.rank,
                blog_linked_medium.id,
                blog_linked_medium.link_type
            LIMIT 100
        ) AS shown
    ) AS media,
    cardinality(array(
        SELECT 1
        FROM blog_post_media
        WHERE blog_post_media.post_id = blog_posts.id
        LIMIT 1000 -- noqa: AM09
    )) AS medium_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.in_language), '[]')
        FROM (
            SELECT blog_translation.*
            FROM blog_translation
            WHERE
                blog_translation.post_id = blog_posts.id
                AND blog_translation.in_language = any(:languages::text[]) -- when :languages
            ORDER BY blog_translation.in_language
            LIMIT 100
        ) AS shown
    ) AS translations,
    cardinality(array(
        SELECT 1
        FROM blog_translation
        WHERE
            blog_translation.post_id = blog_posts.id
            AND blog_translation.in_language = any(:languages::text[]) -- when :languages
        LIMIT 1000 -- noqa: AM09
    )) AS translation_count,
    (
        SELECT coalesce(json_agg(blog_comment.* ORDER BY blog_comment.created_at, blog_comment.id), '[]')
        FROM blog_comment
        WHERE
            blog_comment.post_id = blog_posts.id
            AND blog_comment.status = :comment_status -- when :comment_status
    ) AS comments
FROM blog_posts
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no such row, which it would then sort.
    coalesce(blog_posts.deleted_at IS NULL, FALSE)
    AND blog_posts.status <> 'deleted'
    AND (
        coalesce(blog_posts.status = 'published', FALSE)
        OR :with_unpublished::boolean -- when :with_unpublished
    )
