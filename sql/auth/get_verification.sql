-- The newest verification for an identifier, or none, used and expired ones included. Served by the index on identifier.
-- cost: each verification for the identifier is read.
SELECT
    verification.id,
    verification.identifier,
    verification.value,
    verification.expires_at,
    verification.used_at,
    verification.created_at,
    verification.updated_at,
    verification.expires_at <= timezone('UTC', now()) AS expired
FROM verification
WHERE verification.identifier = :identifier
ORDER BY
    verification.created_at DESC,
    verification.id DESC
LIMIT 1
