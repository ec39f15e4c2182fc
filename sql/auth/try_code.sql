-- Try a code for an identifier: return the verification that it was right for, or count the guess in its value. Served by the index on identifier.
SELECT pg_advisory_xact_lock(hashtextextended(:identifier, 0));

SELECT refuse_command('too_many', :limit::bigint::text)
WHERE
    EXISTS (
        SELECT FROM verification
        WHERE verification.identifier = any(ARRAY[:identifier]) -- by an array, in its order: so it is read as far as the limit
        ORDER BY verification.identifier
        OFFSET :limit::bigint
    );

-- Those before the newest would be guessed next, each with attempts of its own.
DELETE FROM verification
WHERE
    verification.identifier = :identifier
    AND (verification.created_at, verification.id) < (
        SELECT
            newest_verification.created_at,
            newest_verification.id
        FROM verification AS newest_verification
        WHERE newest_verification.identifier = :identifier
        ORDER BY
            newest_verification.created_at DESC,
            newest_verification.id DESC
        LIMIT 1
    );

WITH newest_verification AS (
    SELECT
        verification.id,
        verification.used_at IS NULL
        AND verification.expires_at > coalesce(:now::timestamp, timezone('UTC', now())) AS is_open,
        coalesce(substring(verification.value FROM '^(.*):[0-9]{1,9}$'), verification.value) AS code,
        coalesce(substring(verification.value FROM ':([0-9]{1,9})$')::integer, 0) AS wrong_guesses
    FROM verification
    WHERE verification.identifier = :identifier
    ORDER BY
        verification.created_at DESC,
        verification.id DESC
    LIMIT 1
    FOR UPDATE -- Better Auth takes the row, and no other lock.
),

guess AS (
    SELECT
        newest_verification.id,
        newest_verification.code,
        newest_verification.wrong_guesses,
        newest_verification.is_open
        AND newest_verification.wrong_guesses < :attempts::integer AS is_allowed,
        -- By digests: how long it takes to compare them says nothing about the code.
        sha256(convert_to(newest_verification.code, 'UTF8')) = sha256(convert_to(:code, 'UTF8')) AS is_right
    FROM newest_verification
),

counted_verification AS (
    UPDATE verification
    SET
        value = guess.code || ':' || (guess.wrong_guesses + 1)::text,
        updated_at = timezone('UTC', statement_timestamp())
    FROM guess
    WHERE
        verification.id = guess.id
        AND guess.is_allowed
        AND NOT guess.is_right
        AND guess.wrong_guesses + 1 < :attempts::integer
),

spent_verification AS (
    DELETE FROM verification
    USING guess
    WHERE
        verification.id = guess.id
        AND (guess.is_right OR NOT guess.is_allowed OR guess.wrong_guesses + 1 >= :attempts::integer)
    RETURNING
        verification.*,
        guess.is_allowed AND guess.is_right AS is_found
)

SELECT spent_verification.*
FROM spent_verification
WHERE spent_verification.is_found
