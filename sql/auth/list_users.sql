-- Users, newest first. Served by the index on created_at and id, alone or after banned, or with a role by that on role, banned, created_at, id.
-- cost: with a text, all users are read, unless indexes of pg_trgm find it; if more than 1,000 have it, those in front of the last one shown.
-- uses: auth/chosen_user, auth/role_kind
WITH few AS MATERIALIZED (
    SELECT
        auth_chosen_user.id,
        auth_chosen_user.created_at
    FROM auth_chosen_user
    WHERE
        :text::text IS NOT NULL
        AND string_to_array(auth_chosen_user.role, ',') @> ARRAY[:role] -- when :role
        AND (auth_chosen_user.created_at, auth_chosen_user.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
    LIMIT 1001 -- noqa: AM09
),

newest AS (
    SELECT
        few.id,
        few.created_at
    FROM few
    WHERE (SELECT count(counted.id) FROM few AS counted) <= 1000
    UNION ALL
    (
        SELECT
            auth_chosen_user.id,
            auth_chosen_user.created_at
        FROM auth_chosen_user
        WHERE
            :role::text IS NULL
            AND (SELECT count(counted.id) FROM few AS counted) > 1000
            AND (auth_chosen_user.created_at, auth_chosen_user.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
        ORDER BY
            auth_chosen_user.created_at DESC,
            auth_chosen_user.id DESC
        LIMIT :limit
    )
    UNION ALL
    SELECT
        of_role.id,
        of_role.created_at
    FROM auth_role_kind
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                auth_chosen_user.id,
                auth_chosen_user.created_at
            FROM auth_chosen_user
            WHERE
                -- As an array, and in the order: the index of the role then has the order, however many the planner takes to have the role.
                auth_chosen_user.role = any(ARRAY[auth_role_kind.role])
                AND auth_chosen_user.is_banned = auth_role_kind.is_banned
                AND (:text::text IS NULL OR (SELECT count(counted.id) FROM few AS counted) > 1000)
                AND (auth_chosen_user.created_at, auth_chosen_user.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
            ORDER BY
                auth_chosen_user.role ASC,
                auth_chosen_user.created_at DESC,
                auth_chosen_user.id DESC
            LIMIT :limit
        ) AS of_role
    ORDER BY
        created_at DESC,
        id DESC
    LIMIT :limit
)

SELECT
    auth_chosen_user.*,
    json_build_array(auth_chosen_user.created_at, auth_chosen_user.id)::text AS cursor
FROM auth_chosen_user
WHERE
    TRUE
    AND auth_chosen_user.id = any(array(SELECT newest.id FROM newest)) -- when :text or :role
    AND (auth_chosen_user.created_at, auth_chosen_user.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    auth_chosen_user.created_at DESC,
    auth_chosen_user.id DESC
LIMIT :limit
