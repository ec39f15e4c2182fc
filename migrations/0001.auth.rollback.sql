-- Drops the tables of accounts, organizations and profiles, if the migration made them. Those of a database that was adopted stay, with their rows.
DO $$
DECLARE
    made regclass;
BEGIN
    FOREACH made IN ARRAY ARRAY(
        SELECT to_regclass(quote_ident(name))
        FROM unnest(ARRAY[
            'profile',
            'invitation',
            'member',
            'organization',
            'verification',
            'account',
            'session',
            'user'
        ]) WITH ORDINALITY AS tables (name, number)
        WHERE obj_description(to_regclass(quote_ident(name)), 'pg_class') = 'Made by concordia_sql.'
        ORDER BY number
    )
    LOOP
        EXECUTE format('DROP TABLE %s', made);
    END LOOP;
END
$$;
