-- Delete the rows with one key, all or all but one; in batches, at most `limit` at once. Served by the index on the key.
-- By an array, and in its order: so the index is read as far as rows are picked, whatever the statistics.
-- names: owned, key, kept_id
SELECT refuse_command('too_many', :limit::bigint::text)
WHERE
    NOT :in_batches::boolean
    AND EXISTS (
        SELECT FROM owned
        WHERE
            owned.key = any(ARRAY[:key])
            AND owned.id <> :kept_id -- when $kept_id and :kept_id
        ORDER BY owned.key
        OFFSET :limit::bigint
    );

DELETE FROM owned
WHERE
    owned.id = any(array(
        SELECT own.id
        FROM owned AS own
        WHERE
            own.key = any(ARRAY[:key])
            AND own.id <> :kept_id -- when $kept_id and :kept_id
        ORDER BY own.key
        LIMIT :limit
        FOR UPDATE
    ))
