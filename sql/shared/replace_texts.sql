-- Make these translations a post's or listing's only ones, each in the place of the one in its language, and count what changed.
-- uses: $deleted
-- names: texts, subjects, subject_id, deleted_subject, headline, alternative_headline, article_body, excerpt
SELECT subjects.id
FROM subjects
WHERE subjects.id = :subject_id
FOR UPDATE;

SELECT refuse_command('deleted_subject')
FROM deleted
WHERE deleted.id = :subject_id;

WITH given AS MATERIALIZED (
    SELECT
        translation.*,
        row_number() OVER (PARTITION BY translation.in_language) AS repeat -- from 2 on, it is to break the key
    FROM jsonb_populate_recordset(NULL::texts, :translations::jsonb) AS translation
),

removed AS (
    DELETE FROM texts
    WHERE
        texts.subject_id = :subject_id
        AND NOT EXISTS (
            SELECT FROM given
            WHERE given.in_language = texts.in_language
        )
    RETURNING texts.id
),

changed AS (
    UPDATE texts
    SET
        headline = given.headline,
        alternative_headline = given.alternative_headline, -- when $alternative_headline
        article_body = given.article_body,
        excerpt = given.excerpt,
        seo_title = given.seo_title,
        seo_description = given.seo_description,
        seo_keywords = given.seo_keywords,
        canonical_url = given.canonical_url,
        updated_at = timezone('UTC', statement_timestamp())
    FROM given
    WHERE
        texts.subject_id = :subject_id
        AND texts.in_language = given.in_language
        AND given.repeat = 1
        AND (
            texts.headline,
            texts.alternative_headline, -- when $alternative_headline
            texts.article_body,
            texts.excerpt,
            texts.seo_title,
            texts.seo_description,
            texts.seo_keywords,
            texts.canonical_url
        ) IS DISTINCT FROM (
            given.headline,
            given.alternative_headline, -- when $alternative_headline
            given.article_body,
            given.excerpt,
            given.seo_title,
            given.seo_description,
            given.seo_keywords,
            given.canonical_url
        )
    RETURNING texts.id
),

added AS (
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
    )
    SELECT
        given.id,
        :subject_id::text AS subject_id,
        given.in_language,
        given.headline,
        given.alternative_headline, -- when $alternative_headline
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
            SELECT FROM texts
            WHERE texts.subject_id = :subject_id AND texts.in_language = given.in_language
        )
    RETURNING texts.id
)

SELECT
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM removed) AS removed
