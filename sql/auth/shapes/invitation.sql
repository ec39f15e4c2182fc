-- An invitation with its organization and its inviter; the database's clock decides whether it is open.
-- uses: auth/organization, auth/user
SELECT
    invitation.id,
    invitation.organization_id,
    invitation.email,
    invitation.role,
    invitation.status,
    invitation.expires_at,
    invitation.created_at,
    invitation.inviter_id,
    invitation.status = 'pending' AND invitation.expires_at > timezone('UTC', now()) AS open,
    (
        SELECT to_json(auth_organization.*)
        FROM auth_organization
        WHERE auth_organization.id = invitation.organization_id
    ) AS organization,
    (
        SELECT to_json(auth_user.*)
        FROM auth_user
        WHERE auth_user.id = invitation.inviter_id
    ) AS inviter
FROM invitation
