-- How many accounts a user has. Served by the index on user_id.
SELECT count(*) AS count
FROM account
WHERE account.user_id = :user_id
