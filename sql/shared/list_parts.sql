-- What a post, a listing or a medium has of one kind, by its key. Served by the index on the id of the one that has it and the key.
-- uses: $parts, $whole
-- names: whole_id, key, next_key
SELECT
    parts.*,
    json_build_array(parts.key, parts.next_key)::text AS cursor
FROM parts
INNER JOIN whole ON parts.whole_id = whole.id
WHERE
    parts.whole_id = :whole_id
    AND (parts.key, parts.next_key) > (:after::json ->> 0, :after::json ->> 1) -- when :after
ORDER BY
    parts.key,
    parts.next_key
LIMIT :limit
