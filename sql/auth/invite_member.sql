-- Invite somebody into an organization and return the invitation.
INSERT INTO invitation (id, organization_id, email, role, status, expires_at, created_at, inviter_id) VALUES (
    :id,
    :organization_id,
    :email,
    :role,
    'pending',
    :expires_at,
    timezone('UTC', statement_timestamp()),
    :inviter_id
)
RETURNING invitation.*
