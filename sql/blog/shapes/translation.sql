-- A post's texts in one language.
SELECT
    blog_translations.id,
    blog_translations.post_id,
    blog_translations.in_language,
    blog_translations.headline,
    blog_translations.alternative_headline,
    blog_translations.article_body,
    blog_translations.excerpt,
    blog_translations.seo_title,
    blog_translations.seo_description,
    blog_translations.seo_keywords,
    blog_translations.canonical_url,
    blog_translations.created_at,
    blog_translations.updated_at
FROM blog_translations
