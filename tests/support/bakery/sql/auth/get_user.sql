-- A user by e-mail.
-- uses: auth/user
SELECT auth_user.*
FROM auth_user
WHERE auth_user.email = :email
