-- Copy every post once for each number, with its translations, links and media; the copies are older than all posts.
WITH copy AS (
    SELECT
        blog_posts.id AS post_id,
        blog_posts.id || '-' || numbers.number AS id,
        blog_posts.slug || '-' || numbers.number AS slug,
        numbers.number * interval '10 years' AS age
    FROM blog_posts
    CROSS JOIN unnest(:numbers::integer[]) AS numbers (number)
),

post AS (
    INSERT INTO blog_posts (id, slug, status, published_at, in_language, organization_id, created_at, updated_at)
    SELECT
        copy.id,
        copy.slug,
        blog_posts.status,
        blog_posts.published_at - copy.age AS published_at,
        blog_posts.in_language,
        blog_posts.organization_id,
        blog_posts.created_at - copy.age AS created_at,
        blog_posts.updated_at
    FROM copy
    INNER JOIN blog_posts ON copy.post_id = blog_posts.id
),

author AS (
    INSERT INTO blog_post_authors (post_id, author_id)
    SELECT
        copy.id AS post_id,
        blog_post_authors.author_id
    FROM copy
    INNER JOIN blog_post_authors ON copy.post_id = blog_post_authors.post_id
),

category AS (
    INSERT INTO blog_post_categories (post_id, category_id)
    SELECT
        copy.id AS post_id,
        blog_post_categories.category_id
    FROM copy
    INNER JOIN blog_post_categories ON copy.post_id = blog_post_categories.post_id
),

medium AS (
    INSERT INTO blog_post_media (post_id, media_id, type, position)
    SELECT
        copy.id AS post_id,
        blog_post_media.media_id,
        blog_post_media.type,
        blog_post_media.position
    FROM copy
    INNER JOIN blog_post_media ON copy.post_id = blog_post_media.post_id
)

INSERT INTO blog_translations (id, post_id, in_language, headline, article_body, excerpt)
SELECT
    blog_translations.id || '-' || copy.id AS id,
    copy.id AS post_id,
    blog_translations.in_language,
    blog_translations.headline,
    blog_translations.article_body,
    blog_translations.excerpt
FROM copy
INNER JOIN blog_translations ON copy.post_id = blog_translations.post_id
