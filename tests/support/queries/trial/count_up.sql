-- The numbers from 1 to the last, in order. Reads no table.
SELECT series.number
FROM generate_series(1, :last::bigint) AS series (number)
ORDER BY series.number
