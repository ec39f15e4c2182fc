-- Delete the sessions of a user, all or all but one; in batches, at most `limit` at once. Served by the index on user_id and expires_at.
SELECT refuse_command('too_many', :limit::bigint::text)
WHERE
    NOT :in_batches::boolean
    AND EXISTS (
        SELECT FROM session
        WHERE
            session.user_id = :user_id
            AND session.id <> :kept_id -- when :kept_id
        OFFSET :limit::bigint -- noqa: AM09
    );

DELETE FROM session
WHERE
    session.id = any(array(
        SELECT own.id
        FROM session AS own
        WHERE
            own.user_id = :user_id
            AND own.id <> :kept_id -- when :kept_id
        LIMIT :limit -- noqa: AM09
        FOR UPDATE
    ))
