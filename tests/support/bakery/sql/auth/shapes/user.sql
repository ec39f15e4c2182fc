-- A customer.
SELECT
    customers.id,
    customers.email,
    customers.nicknames
FROM customers
