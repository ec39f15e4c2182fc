-- How many accounts a user has. Served by the index on user_id.
SELECT count(*) AS count
FROM (
    SELECT account.id
    FROM account
    WHERE account.user_id = :user_id
    LIMIT :at_most -- noqa: AM09
) AS counted
