-- Make the user who is invited a member, once, and return the membership. Locks as deletes do, from parent to child.
SELECT "user".id
FROM "user"
WHERE "user".id = :user_id
FOR KEY SHARE;

SELECT organization.id
FROM organization
INNER JOIN invitation ON organization.id = invitation.organization_id
WHERE invitation.id = :id
FOR KEY SHARE OF organization;

SELECT invitation.id
FROM invitation
WHERE invitation.id = :id
FOR NO KEY UPDATE;

SELECT refuse_command('wrong_email')
FROM invitation
INNER JOIN "user" ON "user".id = :user_id
WHERE
    invitation.id = :id
    AND translate(invitation.email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
    <> translate("user".email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');

SELECT refuse_command('not_pending', invitation.status)
FROM invitation
WHERE
    invitation.id = :id
    AND invitation.status <> 'pending';

SELECT refuse_command('expired')
FROM invitation
WHERE
    invitation.id = :id
    AND invitation.expires_at <= coalesce(:now::timestamp, timezone('UTC', now()));

WITH accepted_invitation AS (
    UPDATE invitation
    SET status = 'accepted'
    WHERE invitation.id = :id
    RETURNING
        invitation.organization_id,
        invitation.role
)

INSERT INTO member (id, organization_id, user_id, role, created_at)
SELECT
    :member_id,
    accepted_invitation.organization_id,
    :user_id,
    coalesce(accepted_invitation.role, 'member') AS role,
    timezone('UTC', statement_timestamp()) AS created_at
FROM accepted_invitation
RETURNING member.*
