-- How many sessions a user has. Served by the index on user_id and expires_at.
-- uses: auth/session
SELECT count(*) AS count
FROM (
    SELECT auth_session.id
    FROM auth_session
    WHERE
        auth_session.user_id = :user_id
        AND auth_session.expired = :expired::boolean -- when :expired
    LIMIT :at_most -- noqa: AM09
) AS counted
