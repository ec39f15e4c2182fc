-- Orders a loaf that is in stock; the number of its orders before.
SELECT
FROM loaves
WHERE loaves.id = :loaf_id
FOR UPDATE;

SELECT refuse_command('sold_out', loaves.stock::text)
FROM loaves
WHERE
    loaves.id = :loaf_id
    AND loaves.stock < :quantity;

WITH taken AS (
    UPDATE loaves
    SET stock = loaves.stock - :quantity
    WHERE loaves.id = :loaf_id
    RETURNING loaves.id
),

placed AS (
    INSERT INTO orders (loaf_id, customer_id, quantity)
    SELECT
        taken.id,
        :customer_id,
        :quantity
    FROM taken
)

SELECT count(*) AS orders
FROM orders
WHERE orders.loaf_id = :loaf_id
