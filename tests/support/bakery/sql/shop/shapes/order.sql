-- An order with its customer.
-- uses: auth/user
SELECT
    orders.id,
    orders.loaf_id,
    orders.quantity,
    (
        SELECT to_json(auth_user.*)
        FROM auth_user
        WHERE auth_user.id = orders.customer_id
    ) AS customer
FROM orders
