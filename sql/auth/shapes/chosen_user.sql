-- A user whom the filters of list_users choose, but for the role, for it and its count.
-- uses: auth/user
SELECT
    auth_user.*,
    coalesce(auth_user.banned, FALSE) AS is_banned
FROM auth_user
WHERE
    TRUE
    AND coalesce(auth_user.banned, FALSE) = :banned::boolean -- when :banned
    AND (strpos(lower(auth_user.name), (SELECT lower(:text))) > 0 OR strpos(lower(auth_user.email), (SELECT lower(:text))) > 0) -- when :text
