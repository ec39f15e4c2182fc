-- Create an organization with its first owner and return it.
WITH created_organization AS (
    INSERT INTO organization (id, name, slug, logo, created_at, metadata)
    VALUES (:id, :name, :slug, :logo, timezone('UTC', statement_timestamp()), :metadata)
    RETURNING organization.*
),

created_member AS (
    INSERT INTO member (id, organization_id, user_id, role, created_at)
    VALUES (:member_id, :id, :user_id, 'owner', timezone('UTC', statement_timestamp()))
)

SELECT created_organization.*
FROM created_organization
