-- Drops the function, and the columns that the migration added, with what they hold.
DO $$
DECLARE
    added regclass;
BEGIN
    FOREACH added IN ARRAY ARRAY(
        SELECT attrelid::regclass
        FROM pg_attribute
        WHERE
            attrelid = ANY('{blog_posts, blog_comments, services_listings, services_reviews}'::regclass[])
            AND attname = 'deleted_at'
            AND NOT attisdropped
            AND col_description(attrelid, attnum) = 'Added by concordia_sql.'
    )
    LOOP
        EXECUTE format('ALTER TABLE %s DROP COLUMN deleted_at', added);
        COMMIT;
    END LOOP;
END
$$;
DROP FUNCTION IF EXISTS refuse_command;
