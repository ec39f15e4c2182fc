-- Put a post's or listing's translation into a language in place of the existing one and return it.
-- uses: $deleted
-- names: texts, subjects, subject_id, deleted_subject, headline, alternative_headline, article_body, excerpt

-- Two at once, of one id, would both insert: the second waits.
SELECT subjects.id
FROM subjects
WHERE subjects.id = :subject_id
FOR NO KEY UPDATE;

SELECT refuse_command('deleted_subject')
FROM deleted
WHERE deleted.id = :subject_id;

INSERT INTO texts (
    id,
    subject_id,
    in_language,
    headline,
    alternative_headline, -- when $alternative_headline
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
    :subject_id,
    :in_language,
    :headline::jsonb,
    :alternative_headline::jsonb, -- when $alternative_headline
    :article_body::jsonb,
    :excerpt::jsonb,
    :seo_title::jsonb,
    :seo_description::jsonb,
    :seo_keywords::jsonb,
    :canonical_url::jsonb,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
ON CONFLICT (subject_id, in_language) DO UPDATE
    SET
        headline = excluded.headline,
        alternative_headline = excluded.alternative_headline, -- when $alternative_headline
        article_body = excluded.article_body,
        excerpt = excluded.excerpt,
        seo_title = excluded.seo_title,
        seo_description = excluded.seo_description,
        seo_keywords = excluded.seo_keywords,
        canonical_url = excluded.canonical_url,
        updated_at = excluded.updated_at
RETURNING texts.*
