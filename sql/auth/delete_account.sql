-- Delete an account.
DELETE FROM account
WHERE account.id = :id
