-- Drops the foreign keys that the migration added.
DO $$
DECLARE
    added record;
BEGIN
    FOR added IN
        SELECT pg_constraint.conrelid::regclass AS child, pg_constraint.conname AS name
        FROM pg_constraint
        WHERE
            pg_constraint.contype = 'f'
            AND pg_table_is_visible(pg_constraint.conrelid)
            AND obj_description(pg_constraint.oid, 'pg_constraint') = 'Added by concordia_sql.'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', added.child, added.name);
        COMMIT;
    END LOOP;
END
$$;
