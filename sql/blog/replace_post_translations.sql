-- Make these translations a post's only ones, each in the place of the one in its language, and count what changed.
-- uses: blog/deleted_post
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR UPDATE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

WITH given AS MATERIALIZED (
    SELECT
        translation.*,
        row_number() OVER (PARTITION BY translation.in_language) AS repeat -- from 2 on, it is to break the key
    FROM jsonb_populate_recordset(NULL::blog_translations, :translations::jsonb) AS translation
),

removed AS (
    DELETE FROM blog_translations
    WHERE
        blog_translations.post_id = :post_id
        AND NOT EXISTS (
            SELECT FROM given
            WHERE given.in_language = blog_translations.in_language
        )
    RETURNING blog_translations.id
),

changed AS (
    UPDATE blog_translations
    SET
        headline = given.headline,
        alternative_headline = given.alternative_headline,
        article_body = given.article_body,
        excerpt = given.excerpt,
        seo_title = given.seo_title,
        seo_description = given.seo_description,
        seo_keywords = given.seo_keywords,
        canonical_url = given.canonical_url,
        updated_at = timezone('UTC', statement_timestamp())
    FROM given
    WHERE
        blog_translations.post_id = :post_id
        AND blog_translations.in_language = given.in_language
        AND given.repeat = 1
        AND (
            blog_translations.headline,
            blog_translations.alternative_headline,
            blog_translations.article_body,
            blog_translations.excerpt,
            blog_translations.seo_title,
            blog_translations.seo_description,
            blog_translations.seo_keywords,
            blog_translations.canonical_url
        ) IS DISTINCT FROM (
            given.headline,
            given.alternative_headline,
            given.article_body,
            given.excerpt,
            given.seo_title,
            given.seo_description,
            given.seo_keywords,
            given.canonical_url
        )
    RETURNING blog_translations.id
),

added AS (
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
        given.id,
        :post_id::text AS post_id,
        given.in_language,
        given.headline,
        given.alternative_headline,
        given.article_body,
        given.excerpt,
        given.seo_title,
        given.seo_description,
        given.seo_keywords,
        given.canonical_url,
        timezone('UTC', statement_timestamp()) AS created_at,
        timezone('UTC', statement_timestamp()) AS updated_at
    FROM given
    WHERE
        given.repeat > 1
        OR NOT EXISTS (
            SELECT FROM blog_translations
            WHERE blog_translations.post_id = :post_id AND blog_translations.in_language = given.in_language
        )
    RETURNING blog_translations.id
)

SELECT
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM removed) AS removed
