-- transactional: false
-- The keys that the application relies on and does not have: one translation of a language, one account of a provider, one membership,
-- one link. Each index is built while others read and write, then becomes the key at once. It can be run again after a failure.
-- depends: 0004.commands

-- What a build that failed has left.
DO $$
DECLARE
    leftover regclass;
BEGIN
    FOREACH leftover IN ARRAY ARRAY(
        SELECT pg_index.indexrelid::regclass
        FROM pg_index
        INNER JOIN pg_class ON pg_class.oid = pg_index.indexrelid
        WHERE NOT pg_index.indisvalid AND pg_table_is_visible(pg_class.oid) AND pg_class.relname = ANY(ARRAY[
            'account_provider_id_account_id_key',
            'member_organization_id_user_id_key',
            'blog_translations_post_id_in_language_key',
            'services_translations_service_id_in_language_key',
            'blog_post_authors_pkey',
            'blog_post_categories_pkey',
            'blog_post_media_pkey',
            'services_media_links_pkey'
        ])
    )
    LOOP
        EXECUTE format('DROP INDEX %s', leftover);
        COMMIT;
    END LOOP;
END
$$;

CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS account_provider_id_account_id_key
ON account (provider_id, account_id);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS member_organization_id_user_id_key
ON member (organization_id, user_id);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS blog_translations_post_id_in_language_key
ON blog_translations (post_id, in_language);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS services_translations_service_id_in_language_key
ON services_translations (service_id, in_language);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS blog_post_authors_pkey
ON blog_post_authors (post_id, author_id);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS blog_post_categories_pkey
ON blog_post_categories (post_id, category_id);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS blog_post_media_pkey
ON blog_post_media (post_id, media_id, type);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS services_media_links_pkey
ON services_media_links (service_id, media_id, type);

-- A table that has a primary key of its own keeps it.
DO $$
DECLARE
    key record;
BEGIN
    FOR key IN
        SELECT keys.*
        FROM (
            VALUES
                ('account', 'account_provider_id_account_id_key', 'UNIQUE'),
                ('member', 'member_organization_id_user_id_key', 'UNIQUE'),
                ('blog_translations', 'blog_translations_post_id_in_language_key', 'UNIQUE'),
                ('services_translations', 'services_translations_service_id_in_language_key', 'UNIQUE'),
                ('blog_post_authors', 'blog_post_authors_pkey', 'PRIMARY KEY'),
                ('blog_post_categories', 'blog_post_categories_pkey', 'PRIMARY KEY'),
                ('blog_post_media', 'blog_post_media_pkey', 'PRIMARY KEY'),
                ('services_media_links', 'services_media_links_pkey', 'PRIMARY KEY')
        ) AS keys (parent, name, kind)
        WHERE NOT EXISTS (
            SELECT
            FROM pg_constraint
            WHERE
                pg_constraint.conindid = to_regclass(keys.name)
                OR (keys.kind = 'PRIMARY KEY' AND pg_constraint.conrelid = to_regclass(keys.parent) AND pg_constraint.contype = 'p')
        )
    LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s USING INDEX %I', key.parent, key.name, key.kind, key.name);
        EXECUTE format('COMMENT ON CONSTRAINT %I ON %I IS %L', key.name, key.parent, 'Added by concordia_sql.');
        COMMIT;
    END LOOP;
END
$$;
