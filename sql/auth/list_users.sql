-- Users, newest first. Served by the index on created_at and id, or with a role by that on the roles.
-- cost: of a role that few have, or with a text, all users in front of the last one shown are read.
-- uses: auth/user
SELECT
    auth_user.*,
    json_build_array(auth_user.created_at, auth_user.id)::text AS cursor
FROM auth_user
WHERE
    TRUE
    AND string_to_array(auth_user.role, ',') @> ARRAY[:role] -- when :role
    AND coalesce(auth_user.banned, FALSE) = :banned::boolean -- when :banned
    AND (strpos(lower(auth_user.name), (SELECT lower(:text))) > 0 OR strpos(lower(auth_user.email), (SELECT lower(:text))) > 0) -- when :text
    AND (auth_user.created_at, auth_user.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    auth_user.created_at DESC,
    auth_user.id DESC
LIMIT :limit
