-- Delete the rows with one key, all or all but one; in batches, at most `limit` at once. Served by the index on the key.
-- names: owned, key, kept_id
SELECT refuse_command('too_many', :limit::bigint::text)
WHERE
    NOT :in_batches::boolean
    AND EXISTS (
        SELECT FROM owned
        WHERE
            owned.key = :key
            AND owned.id <> :kept_id -- when $kept_id and :kept_id
        OFFSET :limit::bigint -- noqa: AM09
    );

DELETE FROM owned
WHERE
    owned.id = any(array(
        SELECT own.id
        FROM owned AS own
        WHERE
            own.key = :key
            AND own.id <> :kept_id -- when $kept_id and :kept_id
        LIMIT :limit -- noqa: AM09
        FOR UPDATE
    ))
