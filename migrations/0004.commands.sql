-- transactional: false
-- What statements of concordia_sql name besides: the times of soft deletes, and how a statement refuses what a rule forbids.
-- Each table is locked for an instant only. It can be run again after a failure.
-- depends: 0003.services

CREATE OR REPLACE FUNCTION refuse_command(reason text, detail text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'RC001', MESSAGE = reason, DETAIL = refuse_command.detail;
END
$$;

DO $$
DECLARE
    lacking regclass;
BEGIN
    FOREACH lacking IN ARRAY ARRAY(
        SELECT name
        FROM unnest(
            '{blog_posts, blog_comments, services_listings, services_reviews}'::regclass[]
        ) AS tables (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_attribute WHERE attrelid = name AND attname = 'deleted_at' AND NOT attisdropped
        )
    )
    LOOP
        EXECUTE format('ALTER TABLE %s ADD COLUMN deleted_at timestamp', lacking);
        EXECUTE format('COMMENT ON COLUMN %s.deleted_at IS %L', lacking, 'Added by concordia_sql.');
        COMMIT;
    END LOOP;
END
$$;
