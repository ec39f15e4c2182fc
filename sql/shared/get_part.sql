-- One part of a post or listing by its id, with what it is a part of, or none. Served by the primary key.
-- uses: $part, $whole, $readable
-- names: whole_id, whole_itself
SELECT
    part.*,
    (
        SELECT to_json(whole.*)
        FROM whole
        WHERE whole.id = part.whole_id
    ) AS whole_itself
FROM part
INNER JOIN readable ON part.whole_id = readable.id
WHERE part.id = :id
