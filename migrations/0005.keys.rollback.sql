-- Drops the keys that the migration added.
DO $$
DECLARE
    added record;
BEGIN
    FOR added IN
        SELECT pg_constraint.conrelid::regclass AS parent, pg_constraint.conname AS name
        FROM pg_constraint
        WHERE
            pg_constraint.contype IN ('p', 'u')
            AND pg_table_is_visible(pg_constraint.conrelid)
            AND pg_constraint.conname = ANY(ARRAY[
                'account_provider_id_account_id_key',
                'member_organization_id_user_id_key',
                'blog_translations_post_id_in_language_key',
                'services_translations_service_id_in_language_key',
                'blog_post_authors_pkey',
                'blog_post_categories_pkey',
                'blog_post_media_pkey',
                'services_media_links_pkey'
            ])
            AND obj_description(pg_constraint.oid, 'pg_constraint') = 'Added by concordia_sql.'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', added.parent, added.name);
        COMMIT;
    END LOOP;
END
$$;

-- Those that did not become a key.
DO $$
DECLARE
    leftover regclass;
BEGIN
    FOREACH leftover IN ARRAY ARRAY(
        SELECT pg_class.oid::regclass
        FROM pg_class
        WHERE
            pg_class.relkind = 'i'
            AND pg_table_is_visible(pg_class.oid)
            AND pg_class.relname = ANY(ARRAY[
                'account_provider_id_account_id_key',
                'member_organization_id_user_id_key',
                'blog_translations_post_id_in_language_key',
                'services_translations_service_id_in_language_key',
                'blog_post_authors_pkey',
                'blog_post_categories_pkey',
                'blog_post_media_pkey',
                'services_media_links_pkey'
            ])
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE pg_constraint.conindid = pg_class.oid)
    )
    LOOP
        EXECUTE format('DROP INDEX %s', leftover);
        COMMIT;
    END LOOP;
END
$$;
