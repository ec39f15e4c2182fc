-- How many users there are. Served by the index on banned, or with a role by that on role and banned; with a text, all are read.
-- uses: auth/chosen_user, auth/role_kind
WITH of_role AS (
    SELECT found.id
    FROM auth_role_kind
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT auth_chosen_user.id
            FROM auth_chosen_user
            WHERE
                auth_chosen_user.role = auth_role_kind.role
                AND auth_chosen_user.is_banned = auth_role_kind.is_banned
            ORDER BY auth_chosen_user.created_at DESC -- so that a generic plan reads the index as far as it counts
            LIMIT :at_most -- noqa: AM09
        ) AS found
    LIMIT :at_most -- noqa: AM09
)

SELECT count(*) AS count
FROM (
    SELECT auth_chosen_user.id
    FROM auth_chosen_user
    WHERE
        TRUE
        AND auth_chosen_user.id = any(array(SELECT of_role.id FROM of_role)) -- when :role
    LIMIT :at_most -- noqa: AM09
) AS counted
