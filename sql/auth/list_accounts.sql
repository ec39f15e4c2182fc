-- The accounts of a user, oldest first. Served by the index on user_id, created_at, id.
-- uses: auth/account
SELECT
    auth_account.*,
    json_build_array(auth_account.created_at, auth_account.id)::text AS cursor
FROM auth_account
WHERE
    auth_account.user_id = :user_id
    AND (auth_account.created_at, auth_account.id) > ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    auth_account.created_at,
    auth_account.id
LIMIT :limit
