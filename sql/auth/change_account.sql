-- Change the given fields of an account and return it without its secrets.
UPDATE account
SET
    access_token = :access_token, -- when :access_token
    refresh_token = :refresh_token, -- when :refresh_token
    id_token = :id_token, -- when :id_token
    access_token_expires_at = :access_token_expires_at, -- when :access_token_expires_at
    refresh_token_expires_at = :refresh_token_expires_at, -- when :refresh_token_expires_at
    scope = :scope, -- when :scope
    password = :password, -- when :password
    updated_at = timezone('UTC', statement_timestamp())
WHERE account.id = :id
RETURNING account.*
