-- An organization with its members and invitations.
-- uses: auth/organization, auth/member, auth/invitation
SELECT
    auth_organization.*,
    (
        SELECT coalesce(json_agg(auth_member.* ORDER BY auth_member.created_at, auth_member.id), '[]')
        FROM auth_member
        WHERE auth_member.organization_id = auth_organization.id
    ) AS members,
    (
        SELECT coalesce(json_agg(auth_invitation.* ORDER BY auth_invitation.created_at DESC, auth_invitation.id DESC), '[]')
        FROM auth_invitation
        WHERE auth_invitation.organization_id = auth_organization.id
    ) AS invitations
FROM auth_organization
