-- A user whom the filters of list_users choose, but for the role, for it and its count.
-- uses: auth/user
SELECT
    auth_user.*,
    coalesce(auth_user.banned, FALSE) AS is_banned
FROM auth_user
WHERE
    TRUE
    AND coalesce(auth_user.banned, FALSE) = :banned::boolean -- when :banned
    AND ( -- when :text
        lower(auth_user.name) LIKE (SELECT '%' || regexp_replace(lower(:text), '([\\%_])', '\\\1', 'g') || '%') -- when :text
        OR lower(auth_user.email) LIKE (SELECT '%' || regexp_replace(lower(:text), '([\\%_])', '\\\1', 'g') || '%') -- when :text
    ) -- when :text
