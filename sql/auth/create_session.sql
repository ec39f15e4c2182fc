-- Create a session and return it.
INSERT INTO session (
    id,
    expires_at,
    token,
    ip_address,
    user_agent,
    user_id,
    active_organization_id,
    impersonated_by,
    created_at,
    updated_at
) VALUES (
    :id,
    :expires_at,
    :token,
    :ip_address,
    :user_agent,
    :user_id,
    :active_organization_id,
    :impersonated_by,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING session.*
