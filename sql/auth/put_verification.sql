-- Put a verification in place of all for its identifier and return it. Served by the index on identifier.
SELECT pg_advisory_xact_lock(hashtextextended(:identifier, 0));

SELECT refuse_command('too_many', :limit::bigint::text)
WHERE
    EXISTS (
        SELECT FROM verification
        WHERE verification.identifier = any(ARRAY[:identifier]) -- by an array, in its order: so it is read as far as the limit
        ORDER BY verification.identifier
        OFFSET :limit::bigint
    );

DELETE FROM verification
WHERE verification.identifier = :identifier;

INSERT INTO verification (id, identifier, value, expires_at, created_at, updated_at) VALUES (
    :id,
    :identifier,
    :value,
    :expires_at,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING verification.*
