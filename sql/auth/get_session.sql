-- One session by its token, or none; by default none that has expired or whose user is banned. Served by the unique index on token and primary keys.
-- uses: auth/session, auth/user
WITH banned_user AS (
    SELECT auth_user.id
    FROM auth_user
    WHERE
        auth_user.banned
        AND coalesce(auth_user.ban_expires > timezone('UTC', now()), TRUE)
)

SELECT auth_session.*
FROM auth_session
WHERE
    auth_session.token = :token
    AND auth_session.expired = :expired::boolean -- when :expired
    AND ( -- when :banned
        SELECT count(*) > 0 -- when :banned
        FROM banned_user -- when :banned
        WHERE banned_user.id = auth_session.user_id -- when :banned
    ) = :banned::boolean -- when :banned
