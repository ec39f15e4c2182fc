-- Add a guest to a thing, which has room for as many as its size.
SELECT things.title
FROM things
WHERE things.title = :title
FOR UPDATE;

SELECT refuse_command('full')
FROM things
WHERE
    things.title = :title
    AND things.size <= (
        SELECT count(*)
        FROM guests
        WHERE guests.title = :title
    );

INSERT INTO guests (title, name)
VALUES (:title, :name)
