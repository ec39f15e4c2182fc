-- One row by a key, or none. Served by the primary key, or the unique index on the key.
-- uses: $item
-- names: key
SELECT item.*
FROM item
WHERE item.key = :key
