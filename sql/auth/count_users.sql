-- How many users there are. Served by the index on the roles; without a role, all are read.
SELECT count(*) AS count
FROM (
    SELECT "user".id
    FROM "user"
    WHERE
        TRUE
        AND string_to_array("user".role, ',') @> ARRAY[:role] -- when :role
        AND coalesce("user".banned, FALSE) = :banned::boolean -- when :banned
        AND (strpos(lower("user".name), (SELECT lower(:text))) > 0 OR strpos(lower("user".email), (SELECT lower(:text))) > 0) -- when :text
    LIMIT :at_most -- noqa: AM09
) AS counted
