-- Mark the newest verification for an identifier as used, if it has the value, and return it. Served by the index on identifier.
SELECT pg_advisory_xact_lock(hashtextextended(:identifier, 0));

SELECT refuse_command('too_many', :limit::bigint::text)
WHERE
    EXISTS (
        SELECT FROM verification
        WHERE verification.identifier = any(ARRAY[:identifier]) -- by an array, in its order: so it is read as far as the limit
        ORDER BY verification.identifier
        OFFSET :limit::bigint
    );

WITH newest_verification AS (
    SELECT
        verification.value,
        verification.used_at,
        verification.expires_at
    FROM verification
    WHERE verification.identifier = :identifier
    ORDER BY
        verification.created_at DESC,
        verification.id DESC
    LIMIT 1
),

valid_verification AS (
    SELECT
        newest_verification.used_at,
        newest_verification.expires_at
    FROM newest_verification
    WHERE newest_verification.value = :value
)

SELECT refuse_command('invalid')
WHERE NOT EXISTS (SELECT FROM valid_verification)
UNION ALL
SELECT refuse_command('already_used')
FROM valid_verification
WHERE valid_verification.used_at IS NOT NULL
UNION ALL
SELECT refuse_command('expired')
FROM valid_verification
WHERE valid_verification.expires_at <= coalesce(:now::timestamp, timezone('UTC', now()));

-- Those before it would be valid again once it is deleted.
DELETE FROM verification
WHERE
    verification.identifier = :identifier
    AND (verification.created_at, verification.id) < (
        SELECT
            valid_verification.created_at,
            valid_verification.id
        FROM verification AS valid_verification
        WHERE
            valid_verification.identifier = :identifier
            AND valid_verification.value = :value
        ORDER BY
            valid_verification.created_at DESC,
            valid_verification.id DESC
        LIMIT 1
    );

-- It expires as well, so that a writer that does not know used_at does not take it again, even if its clock is a day late.
UPDATE verification
SET
    used_at = timezone('UTC', statement_timestamp()),
    expires_at = least(verification.expires_at, timezone('UTC', statement_timestamp()) - '1 day'::interval),
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    verification.id = (
        SELECT valid_verification.id
        FROM verification AS valid_verification
        WHERE
            valid_verification.identifier = :identifier
            AND valid_verification.value = :value
        ORDER BY
            valid_verification.created_at DESC,
            valid_verification.id DESC
        LIMIT 1
    )
RETURNING verification.*
