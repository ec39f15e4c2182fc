-- The texts of a post or listing in one language.
-- names: texts, subject_id, headline, alternative_headline, article_body, excerpt
SELECT
    texts.id,
    texts.subject_id,
    texts.in_language,
    texts.headline,
    texts.alternative_headline, -- when $alternative_headline
    texts.article_body,
    texts.excerpt,
    texts.seo_title,
    texts.seo_description,
    texts.seo_keywords,
    texts.canonical_url,
    texts.created_at,
    texts.updated_at
FROM texts
