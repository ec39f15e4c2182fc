-- A session with its user and the organization that is active in it, if the user is its member; the database's clock decides whether it has expired.
-- uses: auth/user, auth/organization
SELECT
    session.id,
    session.expires_at,
    session.token,
    session.ip_address,
    session.user_agent,
    session.user_id,
    session.active_organization_id,
    session.impersonated_by,
    session.created_at,
    session.updated_at,
    session.expires_at <= timezone('UTC', now()) AS expired,
    (
        SELECT to_json(auth_user.*)
        FROM auth_user
        WHERE auth_user.id = session.user_id
    ) AS "user",
    (
        SELECT to_json(auth_organization.*)
        FROM auth_organization
        INNER JOIN member ON auth_organization.id = member.organization_id
        WHERE
            auth_organization.id = session.active_organization_id
            AND member.user_id = session.user_id
    ) AS active_organization
FROM session
