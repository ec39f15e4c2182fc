-- The memberships of a user, oldest first. Served by the index on user_id, created_at, id.
-- uses: auth/member
SELECT
    auth_member.*,
    json_build_array(auth_member.created_at, auth_member.id)::text AS cursor
FROM auth_member
WHERE
    auth_member.user_id = :user_id
    AND (auth_member.created_at, auth_member.id) > ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    auth_member.created_at,
    auth_member.id
LIMIT :limit
