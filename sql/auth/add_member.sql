-- Make a user a member of an organization and return the membership.
INSERT INTO member (id, organization_id, user_id, role, created_at)
VALUES (:id, :organization_id, :user_id, :role, timezone('UTC', statement_timestamp()))
RETURNING member.*
