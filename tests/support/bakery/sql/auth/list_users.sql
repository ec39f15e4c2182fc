-- Users by e-mail.
-- uses: auth/user
SELECT auth_user.*
FROM auth_user
WHERE
    TRUE
    AND auth_user.nicknames && :nicknames -- when :nicknames
ORDER BY auth_user.email
