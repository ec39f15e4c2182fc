-- Users, newest first. Served by the index on created_at and id, alone or after banned, or with a role by that on role, banned, created_at, id.
-- cost: with a text, all users in front of the last one shown are read.
-- uses: auth/chosen_user, auth/role_kind
WITH of_role AS (
    SELECT found.id
    FROM auth_role_kind
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                auth_chosen_user.id,
                auth_chosen_user.created_at
            FROM auth_chosen_user
            WHERE
                auth_chosen_user.role = auth_role_kind.role
                AND auth_chosen_user.is_banned = auth_role_kind.is_banned
                AND (auth_chosen_user.created_at, auth_chosen_user.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
            ORDER BY
                auth_chosen_user.created_at DESC,
                auth_chosen_user.id DESC
            LIMIT :limit
        ) AS found
    ORDER BY
        found.created_at DESC,
        found.id DESC
    LIMIT :limit
)

SELECT
    auth_chosen_user.*,
    json_build_array(auth_chosen_user.created_at, auth_chosen_user.id)::text AS cursor
FROM auth_chosen_user
WHERE
    TRUE
    AND auth_chosen_user.id = any(array(SELECT of_role.id FROM of_role)) -- when :role
    AND (auth_chosen_user.created_at, auth_chosen_user.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    auth_chosen_user.created_at DESC,
    auth_chosen_user.id DESC
LIMIT :limit
