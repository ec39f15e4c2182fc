-- A membership with its organization and its user.
-- uses: auth/organization, auth/user
SELECT
    member.id,
    member.organization_id,
    member.user_id,
    member.role,
    member.created_at,
    (
        SELECT to_json(auth_organization.*)
        FROM auth_organization
        WHERE auth_organization.id = member.organization_id
    ) AS organization,
    (
        SELECT to_json(auth_user.*)
        FROM auth_user
        WHERE auth_user.id = member.user_id
    ) AS "user"
FROM member
