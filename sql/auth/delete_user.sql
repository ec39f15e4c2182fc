-- Delete a user with everything that belongs to them, and count the deleted rows by table. Served by the indexes on user_id and inviter_id.
SELECT "user".id
FROM "user"
WHERE "user".id = :id
FOR UPDATE;

WITH deleted_sessions AS (
    DELETE FROM session
    WHERE session.user_id = :id
    RETURNING session.id
),

deleted_accounts AS (
    DELETE FROM account
    WHERE account.user_id = :id
    RETURNING account.id
),

deleted_members AS (
    DELETE FROM member
    WHERE member.user_id = :id
    RETURNING member.id
),

deleted_invitations AS (
    DELETE FROM invitation
    WHERE invitation.inviter_id = :id
    RETURNING invitation.id
),

deleted_profiles AS (
    DELETE FROM profile
    WHERE profile.user_id = :id
    RETURNING profile.id
),

deleted_users AS (
    DELETE FROM "user"
    WHERE "user".id = :id
    RETURNING "user".id
)

SELECT
    (SELECT count(*) FROM deleted_users) AS "user",
    (SELECT count(*) FROM deleted_sessions) AS session,
    (SELECT count(*) FROM deleted_accounts) AS account,
    (SELECT count(*) FROM deleted_members) AS member,
    (SELECT count(*) FROM deleted_invitations) AS invitation,
    (SELECT count(*) FROM deleted_profiles) AS profile
