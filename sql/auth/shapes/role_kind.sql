-- Each combination of roles that users have, with and without a ban, with the role asked for: looked up once each in the index on role, banned.
SELECT
    kind.role,
    kind.is_banned
FROM (
    WITH RECURSIVE kind AS (
        (
            SELECT
                "user".role,
                coalesce("user".banned, FALSE) AS is_banned
            FROM "user"
            WHERE "user".role IS NOT NULL
            ORDER BY
                "user".role,
                coalesce("user".banned, FALSE)
            LIMIT 1
        )
        UNION ALL
        SELECT
            further.role,
            further.is_banned
        FROM kind
        CROSS JOIN
            LATERAL ( -- noqa: ST05
                SELECT
                    "user".role,
                    coalesce("user".banned, FALSE) AS is_banned
                FROM "user"
                WHERE ("user".role, coalesce("user".banned, FALSE)) > (kind.role, kind.is_banned)
                ORDER BY
                    "user".role,
                    coalesce("user".banned, FALSE)
                LIMIT 1
            ) AS further
    )

    SELECT
        kind.role,
        kind.is_banned
    FROM kind
) AS kind
WHERE string_to_array(kind.role, ',') @> ARRAY[:role]
