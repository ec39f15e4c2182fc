-- One row by a key, or none. Served by the primary key, or the unique index on the key. With another key, by an index on both or on one.
-- cost: the members of an organization and the links of a post or listing are read to be sorted, and a listing's ratings to be counted.
-- uses: $item
-- names: key, other_key
SELECT item.*
FROM item
WHERE
    item.key = :key
    AND item.other_key = :other_key -- when $other_key
