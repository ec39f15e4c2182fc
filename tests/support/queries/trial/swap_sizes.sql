-- Give two things each other's sizes, if the first is the smaller, and give the first back.
SELECT things.title
FROM things
WHERE things.title IN (:smaller, :larger)
ORDER BY things.title
FOR UPDATE;

SELECT refuse_command('not_smaller', smaller.size::text)
FROM things AS smaller
INNER JOIN things AS larger ON larger.title = :larger
WHERE smaller.title = :smaller AND smaller.size >= larger.size;

UPDATE things SET size = :least WHERE things.size < :least; -- when :least

UPDATE things
SET size = other.size
FROM things AS other
WHERE
    things.title IN (:smaller, :larger)
    AND other.title IN (:smaller, :larger)
    AND things.title <> other.title
RETURNING
    things.title,
    things.size
