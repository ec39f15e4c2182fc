-- A user with everything that belongs to them.
-- uses: auth/user, auth/session, auth/account, auth/member, auth/invitation, profile/profile
SELECT
    auth_user.*,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.created_at DESC, shown.id DESC), '[]')
        FROM (
            SELECT auth_session.*
            FROM auth_session
            WHERE auth_session.user_id = auth_user.id
            ORDER BY
                auth_session.created_at DESC,
                auth_session.id DESC
            LIMIT 100
        ) AS shown
    ) AS sessions,
    cardinality(array(
        SELECT 1
        FROM session
        WHERE session.user_id = auth_user.id
        LIMIT 1000 -- noqa: AM09
    )) AS session_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.created_at, shown.id), '[]')
        FROM (
            SELECT auth_account.*
            FROM auth_account
            WHERE auth_account.user_id = auth_user.id
            ORDER BY
                auth_account.created_at,
                auth_account.id
            LIMIT 100
        ) AS shown
    ) AS accounts,
    cardinality(array(
        SELECT 1
        FROM account
        WHERE account.user_id = auth_user.id
        LIMIT 1000 -- noqa: AM09
    )) AS account_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.created_at, shown.id), '[]')
        FROM (
            SELECT auth_member.*
            FROM auth_member
            WHERE auth_member.user_id = auth_user.id
            ORDER BY
                auth_member.created_at,
                auth_member.id
            LIMIT 100
        ) AS shown
    ) AS members,
    cardinality(array(
        SELECT 1
        FROM member
        WHERE member.user_id = auth_user.id
        LIMIT 1000 -- noqa: AM09
    )) AS member_count,
    (
        SELECT coalesce(json_agg(shown.* ORDER BY shown.created_at DESC, shown.id DESC), '[]')
        FROM (
            SELECT auth_invitation.*
            FROM auth_invitation
            WHERE auth_invitation.inviter_id = auth_user.id
            ORDER BY
                auth_invitation.created_at DESC,
                auth_invitation.id DESC
            LIMIT 100
        ) AS shown
    ) AS invitations,
    cardinality(array(
        SELECT 1
        FROM invitation
        WHERE invitation.inviter_id = auth_user.id
        LIMIT 1000 -- noqa: AM09
    )) AS invitation_count,
    (
        SELECT to_json(profile_profile.*)
        FROM profile_profile
        WHERE profile_profile.user_id = auth_user.id
    ) AS profile
FROM auth_user
