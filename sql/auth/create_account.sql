-- Create an account and return it without its secrets.
INSERT INTO account (
    id,
    account_id,
    provider_id,
    user_id,
    access_token,
    refresh_token,
    id_token,
    access_token_expires_at,
    refresh_token_expires_at,
    scope,
    password,
    created_at,
    updated_at
) VALUES (
    :id,
    :account_id,
    :provider_id,
    :user_id,
    :access_token,
    :refresh_token,
    :id_token,
    :access_token_expires_at,
    :refresh_token_expires_at,
    :scope,
    :password,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING account.*
