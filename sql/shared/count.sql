-- The number of rows that a shape chooses, all or those with one key. Served by the indexes that serve their list.
-- cost: what it leaves out is read too; by author, category or language, each that has it, in up to five blocks.
-- uses: $chosen
-- names: key, created_at
SELECT count(*) AS count
FROM (
    SELECT chosen.id
    FROM chosen
    WHERE
        TRUE
        AND chosen.key = :key -- when $key
    -- So that a generic plan reads the index, not the table, for a rare key.
    ORDER BY chosen.created_at, chosen.id -- when $created_at
    LIMIT :at_most -- noqa: AM09
) AS counted
