-- Delete an organization with its members and invitations, and count the deleted rows by table; sessions no longer work for it.
SELECT organization.id
FROM organization
WHERE organization.id = :id
FOR UPDATE;

WITH deleted_organizations AS (
    DELETE FROM organization
    WHERE organization.id = :id
    RETURNING organization.id
),

deleted_members AS (
    DELETE FROM member
    WHERE member.organization_id = :id
    RETURNING member.id
),

deleted_invitations AS (
    DELETE FROM invitation
    WHERE invitation.organization_id = :id
    RETURNING invitation.id
),

detached_sessions AS (
    UPDATE session
    SET
        active_organization_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    FROM deleted_organizations
    WHERE session.active_organization_id = deleted_organizations.id
    RETURNING session.id
)

SELECT
    (SELECT count(*) FROM deleted_organizations) AS organization,
    (SELECT count(*) FROM deleted_members) AS member,
    (SELECT count(*) FROM deleted_invitations) AS invitation,
    (SELECT count(*) FROM detached_sessions) AS session_detached
