-- Delete a user with everything that belongs to them, and count the deleted rows by table. Served by the indexes on user_id and inviter_id.
-- In batches, at most `limit` rows of each table at once, locked as they are picked, since others may take them, and the user with the last.
-- By an array, and in its order: so the index is read as far as rows are picked, whatever the statistics.
SELECT "user".id
FROM "user"
WHERE "user".id = :id
FOR UPDATE;

WITH deleted_sessions AS (
    DELETE FROM session
    WHERE
        session.id = any(array(
            SELECT own.id
            FROM session AS own
            WHERE own.user_id = any(ARRAY[:id])
            ORDER BY own.user_id
            LIMIT :limit
            FOR UPDATE
        ))
    RETURNING session.id
),

deleted_accounts AS (
    DELETE FROM account
    WHERE
        account.id = any(array(
            SELECT own.id
            FROM account AS own
            WHERE own.user_id = any(ARRAY[:id])
            ORDER BY own.user_id
            LIMIT :limit
            FOR UPDATE
        ))
    RETURNING account.id
),

deleted_members AS (
    DELETE FROM member
    WHERE
        member.id = any(array(
            SELECT own.id
            FROM member AS own
            WHERE own.user_id = any(ARRAY[:id])
            ORDER BY own.user_id
            LIMIT :limit
            FOR UPDATE
        ))
    RETURNING member.id
),

deleted_invitations AS (
    DELETE FROM invitation
    WHERE
        invitation.id = any(array(
            SELECT own.id
            FROM invitation AS own
            WHERE own.inviter_id = any(ARRAY[:id])
            ORDER BY own.inviter_id
            LIMIT :limit
            FOR UPDATE
        ))
    RETURNING invitation.id
),

deleted_users AS (
    DELETE FROM "user"
    WHERE
        "user".id = :id
        AND greatest(
            (SELECT count(*) FROM deleted_sessions),
            (SELECT count(*) FROM deleted_accounts),
            (SELECT count(*) FROM deleted_members),
            (SELECT count(*) FROM deleted_invitations)
        ) < :limit
    RETURNING "user".id
),

deleted_profiles AS (
    DELETE FROM profile
    USING deleted_users
    WHERE profile.user_id = deleted_users.id
    RETURNING profile.id
)

SELECT
    (SELECT count(*) FROM deleted_users) AS "user",
    (SELECT count(*) FROM deleted_sessions) AS session,
    (SELECT count(*) FROM deleted_accounts) AS account,
    (SELECT count(*) FROM deleted_members) AS member,
    (SELECT count(*) FROM deleted_invitations) AS invitation,
    (SELECT count(*) FROM deleted_profiles) AS profile
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_users) THEN TRUE
        WHEN EXISTS (
            SELECT FROM "user"
            WHERE "user".id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
