-- Delete a row by a key. Served by the primary key, or the unique index on the key.
-- names: items, key
DELETE FROM items
WHERE items.key = :key
