-- The isolation of the transaction that it runs in. Reads no table.
SELECT current_setting('transaction_isolation') AS text
