-- Delete the verifications for an identifier; in batches, at most `limit` at once. Served by the index on identifier.
SELECT refuse_command('too_many', :limit::bigint::text)
WHERE
    NOT :in_batches::boolean
    AND EXISTS (
        SELECT FROM verification
        WHERE verification.identifier = :identifier
        OFFSET :limit::bigint -- noqa: AM09
    );

DELETE FROM verification
WHERE
    verification.id = any(array(
        SELECT own.id
        FROM verification AS own
        WHERE own.identifier = :identifier
        LIMIT :limit -- noqa: AM09
        FOR UPDATE
    ))
