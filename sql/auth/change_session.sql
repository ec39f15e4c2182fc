-- Change the given fields of a session and return it.
UPDATE session
SET
    expires_at = :expires_at, -- when :expires_at
    ip_address = :ip_address, -- when :ip_address
    user_agent = :user_agent, -- when :user_agent
    active_organization_id = :active_organization_id, -- when :active_organization_id
    impersonated_by = :impersonated_by, -- when :impersonated_by
    updated_at = timezone('UTC', statement_timestamp())
WHERE session.id = :id
RETURNING session.*
