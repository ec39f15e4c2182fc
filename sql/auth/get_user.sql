-- One user by id, or none. Served by the primary key.
-- uses: auth/user_details
SELECT auth_user_details.*
FROM auth_user_details
WHERE auth_user_details.id = :id
