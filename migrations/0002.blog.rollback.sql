-- Drops the blog's tables, if the migration made them. Those of a database that was adopted stay, with their rows.
DO $$
DECLARE
    made regclass;
BEGIN
    FOREACH made IN ARRAY ARRAY(
        SELECT to_regclass(quote_ident(name))
        FROM unnest(ARRAY[
            'blog_comments',
            'blog_post_media',
            'blog_post_categories',
            'blog_post_authors',
            'blog_translations',
            'blog_posts',
            'blog_categories',
            'blog_authors',
            'blog_media',
            'blog_organizations'
        ]) WITH ORDINALITY AS tables (name, number)
        WHERE obj_description(to_regclass(quote_ident(name)), 'pg_class') = 'Made by concordia_sql.'
        ORDER BY number
    )
    LOOP
        EXECUTE format('DROP TABLE %s', made);
    END LOOP;
END
$$;
