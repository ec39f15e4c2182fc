-- Gives a thing another size.
UPDATE things
SET size = :size
WHERE things.title = :title
RETURNING
    things.title,
    things.size
