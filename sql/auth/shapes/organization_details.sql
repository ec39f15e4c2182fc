-- An organization with its members and invitations.
-- uses: auth/organization, auth/member, auth/invitation
SELECT
    auth_organization.*,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.created_at, shown.id), '[]')
        FROM (
            SELECT auth_member.*
            FROM auth_member
            WHERE auth_member.organization_id = auth_organization.id
            ORDER BY
                auth_member.created_at,
                auth_member.id
            LIMIT 100
        ) AS shown
    ) AS members,
    cardinality(array(
        SELECT 1
        FROM member
        WHERE member.organization_id = auth_organization.id
        LIMIT 1000 -- noqa: AM09
    )) AS member_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.created_at DESC, shown.id DESC), '[]')
        FROM (
            SELECT auth_invitation.*
            FROM auth_invitation
            WHERE auth_invitation.organization_id = auth_organization.id
            ORDER BY
                auth_invitation.created_at DESC,
                auth_invitation.id DESC
            LIMIT 100
        ) AS shown
    ) AS invitations,
    cardinality(array(
        SELECT 1
        FROM invitation
        WHERE invitation.organization_id = auth_organization.id
        LIMIT 1000 -- noqa: AM09
    )) AS invitation_count
FROM auth_organization
