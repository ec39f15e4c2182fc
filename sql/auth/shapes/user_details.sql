-- A user with everything that belongs to them.
-- uses: auth/user, auth/session, auth/account, auth/member, auth/invitation, profile/profile
SELECT
    auth_user.*,
    (
        SELECT coalesce(json_agg(auth_session.* ORDER BY auth_session.created_at DESC, auth_session.id DESC), '[]')
        FROM auth_session
        WHERE auth_session.user_id = auth_user.id
    ) AS sessions,
    (
        SELECT coalesce(json_agg(auth_account.* ORDER BY auth_account.created_at, auth_account.id), '[]')
        FROM auth_account
        WHERE auth_account.user_id = auth_user.id
    ) AS accounts,
    (
        SELECT coalesce(json_agg(auth_member.* ORDER BY auth_member.created_at, auth_member.id), '[]')
        FROM auth_member
        WHERE auth_member.user_id = auth_user.id
    ) AS members,
    (
        SELECT coalesce(json_agg(auth_invitation.* ORDER BY auth_invitation.created_at DESC, auth_invitation.id DESC), '[]')
        FROM auth_invitation
        WHERE auth_invitation.inviter_id = auth_user.id
    ) AS invitations,
    (
        SELECT to_json(profile_profile.*)
        FROM profile_profile
        WHERE profile_profile.user_id = auth_user.id
    ) AS profile
FROM auth_user
