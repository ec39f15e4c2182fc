-- One invitation by id, or none. Served by the primary key.
-- uses: auth/invitation
SELECT auth_invitation.*
FROM auth_invitation
WHERE auth_invitation.id = :id
