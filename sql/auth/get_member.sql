-- The membership of a user in an organization, or none. Served by the unique index on both, or by that on user_id.
-- uses: auth/member
SELECT auth_member.*
FROM auth_member
WHERE
    auth_member.organization_id = :organization_id
    AND auth_member.user_id = :user_id
