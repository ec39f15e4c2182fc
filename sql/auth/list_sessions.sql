-- The sessions of a user, newest first. Served by the index on user_id and expires_at.
-- uses: auth/session
SELECT auth_session.*
FROM auth_session
WHERE
    auth_session.user_id = :user_id
    AND auth_session.expired = :expired::boolean -- when :expired
ORDER BY
    auth_session.created_at DESC,
    auth_session.id DESC
