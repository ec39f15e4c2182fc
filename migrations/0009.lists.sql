-- transactional: false
-- Indexes for lists by the language of translations. Each is built while others read and write. It can be run again after a failure.
-- depends: 0008.orders

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
            'blog_translations_language_idx',
            'services_translations_language_idx'
        ])
    )
    LOOP
        EXECUTE format('DROP INDEX %s', leftover);
        COMMIT;
    END LOOP;
END
$$;

CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_translations_language_idx ON blog_translations (in_language, post_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_translations_language_idx ON services_translations (in_language, service_id);
