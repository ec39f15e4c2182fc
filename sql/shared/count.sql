-- The number of rows that a shape chooses, all or those with one key. Served by the indexes that serve their list.
-- uses: $chosen
-- names: key
SELECT count(*) AS count
FROM (
    SELECT chosen.id
    FROM chosen
    WHERE
        TRUE
        AND chosen.key = :key -- when $key
    LIMIT :at_most -- noqa: AM09
) AS counted
