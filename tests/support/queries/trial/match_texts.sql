-- One row if the number is written like this. Reads no table.
SELECT 'matched' AS text
WHERE '1'::text = :number
