-- What a post, a listing or a medium has of one kind, by its key. Served by the index on the id of the one that has it and the key.
-- cost: of a medium, each link before the last one shown is read, in up to five blocks, also to what is hidden.
-- uses: $parts, $whole
-- names: whole_id, key, next_key
SELECT
    parts.*,
    json_build_array(parts.key, parts.next_key)::text AS cursor
FROM parts
WHERE
    parts.whole_id = (
        SELECT whole.id FROM whole
        WHERE whole.id = :whole_id
    )
    AND (parts.key, parts.next_key) > (:after::json ->> 0, :after::json ->> 1) -- when :after
ORDER BY
    parts.key,
    parts.next_key
LIMIT :limit
