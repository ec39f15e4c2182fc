-- How many users there are. Served by the index on banned, or with a role by that on role and banned.
-- cost: with a text, all users are read, unless indexes of pg_trgm find it; with a role, each kind of roles.
-- uses: auth/chosen_user, auth/role_kind
WITH chosen AS (
    (
        SELECT auth_chosen_user.id
        FROM auth_chosen_user
        WHERE :role::text IS NULL
        LIMIT :at_most -- noqa: AM09
    )
    UNION ALL
    SELECT found.id
    FROM auth_role_kind
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT auth_chosen_user.id
            FROM auth_chosen_user
            WHERE
                -- As an array, and in the order: the index of the role is then read as far as it counts, whatever the statistics.
                auth_chosen_user.role = any(ARRAY[auth_role_kind.role])
                AND auth_chosen_user.is_banned = auth_role_kind.is_banned
            ORDER BY
                auth_chosen_user.role ASC,
                auth_chosen_user.created_at DESC
            LIMIT :at_most -- noqa: AM09
        ) AS found
)

SELECT count(*) AS count
FROM (
    SELECT auth_chosen_user.id
    FROM auth_chosen_user
    WHERE
        TRUE
        AND auth_chosen_user.id = any(array(SELECT chosen.id FROM chosen)) -- when :text or :role
    LIMIT :at_most -- noqa: AM09
) AS counted
