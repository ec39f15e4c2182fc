-- Add a post with a thread of comments, up to a dozen levels deep: each answers one of the first third of those before it, or nobody.
WITH post AS (
    INSERT INTO blog_posts (id, slug, status, published_at, in_language)
    VALUES (:slug, :slug, 'published', timestamp '2020-01-01', 'en')
    RETURNING id
)

INSERT INTO blog_comments (id, post_id, parent_id, author_name, author_email, content, status, in_language, created_at, updated_at)
SELECT
    md5(post.id || numbers.number)::uuid::text AS id,
    post.id AS post_id,
    CASE
        WHEN numbers.number > 3 AND numbers.number % 8 > 0
            THEN md5(post.id || 1 + numbers.number * 2654435761 % (numbers.number / 3))::uuid::text
    END AS parent_id,
    'Reader ' || numbers.number % 97 AS author_name,
    'reader-' || numbers.number % 97 || '@concordia.example' AS author_email,
    jsonb_build_object(
        (ARRAY['fr', 'en', 'ar', 'zh'])[1 + numbers.number % 4],
        'Comment ' || numbers.number || ': ' || repeat('as I read it, and as others did. ', 1 + numbers.number::integer % 5)
    ) AS content,
    'approved' AS status,
    (ARRAY['fr', 'en', 'ar', 'zh'])[1 + numbers.number % 4] AS in_language,
    timestamp '2026-01-01' + numbers.number * interval '1.234567 seconds' AS created_at,
    timestamp '2026-01-01' + numbers.number * interval '1.234567 seconds' AS updated_at
FROM post
CROSS JOIN generate_series(1::bigint, :comments::bigint) AS numbers (number)
