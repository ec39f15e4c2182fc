-- Put a post's translation into a language in place of the existing one and return it.
-- uses: blog/deleted_post

-- Two at once, of one id, would both insert: the second waits.
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR NO KEY UPDATE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

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
) VALUES (
    :id,
    :post_id,
    :in_language,
    :headline::jsonb,
    :alternative_headline::jsonb,
    :article_body::jsonb,
    :excerpt::jsonb,
    :seo_title::jsonb,
    :seo_description::jsonb,
    :seo_keywords::jsonb,
    :canonical_url::jsonb,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
ON CONFLICT (post_id, in_language) DO UPDATE
    SET
        headline = excluded.headline,
        alternative_headline = excluded.alternative_headline,
        article_body = excluded.article_body,
        excerpt = excluded.excerpt,
        seo_title = excluded.seo_title,
        seo_description = excluded.seo_description,
        seo_keywords = excluded.seo_keywords,
        canonical_url = excluded.canonical_url,
        updated_at = excluded.updated_at
RETURNING blog_translations.*
