-- One user by e-mail address, or none. Served by the unique index on email.
-- uses: auth/user_details
SELECT auth_user_details.*
FROM auth_user_details
WHERE auth_user_details.email = :email
