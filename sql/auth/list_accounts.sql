-- The accounts of a user, oldest first. Served by the index on user_id.
-- uses: auth/account
SELECT auth_account.*
FROM auth_account
WHERE auth_account.user_id = :user_id
ORDER BY
    auth_account.created_at,
    auth_account.id
