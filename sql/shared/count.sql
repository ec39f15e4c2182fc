-- The number of rows that a shape chooses, all or those with one key. Served by the indexes that serve their list.
-- cost: what it leaves out is read too; by author, category or language, each that has it, in up to five blocks.
-- uses: $chosen
-- names: key, moment
SELECT count(*) AS count
FROM (
    SELECT chosen.id
    FROM chosen
    WHERE
        TRUE
        AND chosen.key = :key -- when $key
    -- So that a generic plan reads the index, as far as rows are counted, and not the table for a rare key.
    ORDER BY chosen.moment -- when $moment
    LIMIT :at_most -- noqa: AM09
) AS counted
