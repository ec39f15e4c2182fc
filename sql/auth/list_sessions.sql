-- The sessions of a user, newest first. Served by the index on user_id, created_at, id.
-- uses: auth/session
SELECT
    auth_session.*,
    json_build_array(auth_session.created_at, auth_session.id)::text AS cursor
FROM auth_session
WHERE
    auth_session.user_id = :user_id
    AND auth_session.expired = :expired::boolean -- when :expired
    AND (auth_session.created_at, auth_session.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    auth_session.created_at DESC,
    auth_session.id DESC
LIMIT :limit
