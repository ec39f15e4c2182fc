-- An account with its user; its secrets are read only when a class names them.
-- uses: auth/user
SELECT
    account.id,
    account.account_id,
    account.provider_id,
    account.user_id,
    account.access_token,
    account.refresh_token,
    account.id_token,
    account.access_token_expires_at,
    account.refresh_token_expires_at,
    account.scope,
    account.password,
    account.created_at,
    account.updated_at,
    (
        SELECT to_json(auth_user.*)
        FROM auth_user
        WHERE auth_user.id = account.user_id
    ) AS "user"
FROM account
