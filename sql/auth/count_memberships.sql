-- How many memberships a user has. Served by the index on user_id.
SELECT count(*) AS count
FROM (
    SELECT member.id
    FROM member
    WHERE member.user_id = :user_id
    LIMIT :at_most -- noqa: AM09
) AS counted
