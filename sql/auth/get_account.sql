-- One account by its provider and its id there, or none. Served by the unique index on both.
-- uses: auth/account
SELECT auth_account.*
FROM auth_account
WHERE
    auth_account.provider_id = :provider_id
    AND auth_account.account_id = :account_id
