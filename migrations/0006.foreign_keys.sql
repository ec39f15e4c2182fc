-- transactional: false
-- The foreign keys of profiles, blog and services. No key of blog and services cascades: the application deletes what belongs to a row
-- together with it, and detaches the rest. A key is added for new rows first, then the others are validated while others write.
-- It can be run again after a failure. A key that is there already is not added, nor one that `concordia-sql adopt` was told to leave out.
-- depends: 0005.keys

DO $$
DECLARE
    key record;
BEGIN
    FOR key IN
        SELECT keys.*, keys.child || '_' || keys.field || '_fkey' AS name
        FROM (
            VALUES
                ('profile', 'user_id', 'user', 'CASCADE'),
                ('blog_authors', 'avatar_id', 'blog_media', 'NO ACTION'),
                ('blog_authors', 'works_for_id', 'blog_organizations', 'NO ACTION'),
                ('blog_categories', 'featured_image_id', 'blog_media', 'NO ACTION'),
                ('blog_categories', 'parent_id', 'blog_categories', 'NO ACTION'),
                ('blog_posts', 'organization_id', 'blog_organizations', 'NO ACTION'),
                ('blog_translations', 'post_id', 'blog_posts', 'NO ACTION'),
                ('blog_post_authors', 'post_id', 'blog_posts', 'NO ACTION'),
                ('blog_post_authors', 'author_id', 'blog_authors', 'NO ACTION'),
                ('blog_post_categories', 'post_id', 'blog_posts', 'NO ACTION'),
                ('blog_post_categories', 'category_id', 'blog_categories', 'NO ACTION'),
                ('blog_post_media', 'post_id', 'blog_posts', 'NO ACTION'),
                ('blog_post_media', 'media_id', 'blog_media', 'NO ACTION'),
                ('blog_comments', 'post_id', 'blog_posts', 'NO ACTION'),
                ('blog_comments', 'parent_id', 'blog_comments', 'NO ACTION'),
                ('services_categories', 'featured_image_id', 'services_media', 'NO ACTION'),
                ('services_categories', 'parent_id', 'services_categories', 'NO ACTION'),
                ('services_listings', 'category_id', 'services_categories', 'NO ACTION'),
                ('services_listings', 'organization_id', 'blog_organizations', 'NO ACTION'),
                ('services_translations', 'service_id', 'services_listings', 'NO ACTION'),
                ('services_media_links', 'service_id', 'services_listings', 'NO ACTION'),
                ('services_media_links', 'media_id', 'services_media', 'NO ACTION'),
                ('services_reviews', 'service_id', 'services_listings', 'NO ACTION'),
                ('services_reviews', 'parent_id', 'services_reviews', 'NO ACTION'),
                ('services_availability', 'service_id', 'services_listings', 'NO ACTION'),
                ('services_bookings', 'service_id', 'services_listings', 'NO ACTION')
        ) AS keys (child, field, parent, rule)
        INNER JOIN pg_attribute ON pg_attribute.attrelid = to_regclass(keys.child) AND pg_attribute.attname = keys.field
        WHERE
            NOT EXISTS (
                SELECT
                FROM pg_constraint
                WHERE
                    pg_constraint.contype = 'f'
                    AND pg_constraint.conrelid = pg_attribute.attrelid
                    AND pg_constraint.conkey = ARRAY[pg_attribute.attnum]
                    AND pg_constraint.confrelid = to_regclass(quote_ident(keys.parent))
            )
            AND coalesce(
                col_description(pg_attribute.attrelid, pg_attribute.attnum) NOT LIKE '%No foreign key for concordia_sql.%', TRUE
            )
    LOOP
        EXECUTE format(
            'ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %I (id) ON DELETE %s NOT VALID',
            key.child, key.name, key.field, key.parent, key.rule
        );
        EXECUTE format('COMMENT ON CONSTRAINT %I ON %I IS %L', key.name, key.child, 'Added by concordia_sql.');
        COMMIT;
    END LOOP;
END
$$;

DO $$
DECLARE
    added record;
BEGIN
    FOR added IN
        SELECT pg_constraint.conrelid::regclass AS child, pg_constraint.conname AS name
        FROM pg_constraint
        WHERE
            pg_constraint.contype = 'f'
            AND NOT pg_constraint.convalidated
            AND pg_table_is_visible(pg_constraint.conrelid)
            AND obj_description(pg_constraint.oid, 'pg_constraint') = 'Added by concordia_sql.'
    LOOP
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', added.child, added.name);
        COMMIT;
    END LOOP;
END
$$;
