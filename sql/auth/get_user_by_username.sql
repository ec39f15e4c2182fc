-- One user by username, or none. Served by the unique index on username.
-- uses: auth/user_details
SELECT auth_user_details.*
FROM auth_user_details
WHERE auth_user_details.username = :username
