-- Create a post with everything that belongs to it and return it.
-- uses: blog/deleted_post
SELECT refuse_command('taken_by_deleted', 'slug')
FROM blog_deleted_post
WHERE blog_deleted_post.slug = :slug;

WITH created_post AS (
    INSERT INTO blog_posts (
        id,
        slug,
        status,
        published_at,
        display_in_home,
        display_in_blog,
        is_featured,
        reading_time,
        word_count,
        time_required,
        allow_comments,
        in_language,
        license,
        discussion_url,
        url,
        identifier,
        organization_id,
        created_at,
        updated_at
    ) VALUES (
        :id,
        :slug,
        :status,
        :published_at,
        :display_in_home,
        :display_in_blog,
        :is_featured,
        :reading_time,
        :word_count,
        :time_required,
        :allow_comments,
        :in_language,
        :license,
        :discussion_url,
        :url,
        :identifier,
        :organization_id,
        timezone('UTC', statement_timestamp()),
        timezone('UTC', statement_timestamp())
    )
    RETURNING blog_posts.*
),

created_translations AS (
    INSERT INTO blog_translations (
        id,
        post_id,
        in_language,
        headline,
        alternative_headline,
        article_body,
        excerpt,
        seo_title,
        seo_description,
        seo_keywords,
        canonical_url,
        created_at,
        updated_at
    )
    SELECT
        translation.id,
        :id::text AS post_id,
        translation.in_language,
        translation.headline,
        translation.alternative_headline,
        translation.article_body,
        translation.excerpt,
        translation.seo_title,
        translation.seo_description,
        translation.seo_keywords,
        translation.canonical_url,
        timezone('UTC', statement_timestamp()) AS created_at,
        timezone('UTC', statement_timestamp()) AS updated_at
    FROM jsonb_populate_recordset(NULL::blog_translations, :translations::jsonb) AS translation
),

linked_authors AS (
    INSERT INTO blog_post_authors (post_id, author_id)
    SELECT
        :id::text AS post_id,
        author.id AS author_id
    FROM unnest(:author_ids::text[]) AS author (id)
),

linked_categories AS (
    INSERT INTO blog_post_categories (post_id, category_id)
    SELECT
        :id::text AS post_id,
        category.id AS category_id
    FROM unnest(:category_ids::text[]) AS category (id)
),

linked_media AS (
    INSERT INTO blog_post_media (post_id, media_id, type, position)
    SELECT
        :id::text AS post_id,
        medium.media_id,
        medium.type,
        medium.position
    FROM jsonb_to_recordset(:media::jsonb) AS medium (media_id text, type text, position text)
)

SELECT created_post.*
FROM created_post
