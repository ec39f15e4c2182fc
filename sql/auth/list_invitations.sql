-- Invitations, newest first. Served by the indexes on lower(email), organization_id and inviter_id, or by that on created_at and id.
-- uses: auth/invitation
SELECT
    auth_invitation.*,
    json_build_array(auth_invitation.created_at, auth_invitation.id)::text AS cursor
FROM auth_invitation
WHERE
    TRUE
    AND lower(auth_invitation.email) = (SELECT lower(:email)) -- when :email
    AND translate(auth_invitation.email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') = :email -- when :email
    AND auth_invitation.organization_id = :organization_id -- when :organization_id
    AND auth_invitation.inviter_id = :inviter_id -- when :inviter_id
    AND auth_invitation.status = :status -- when :status
    AND auth_invitation.open = :open::boolean -- when :open
    AND (auth_invitation.created_at, auth_invitation.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    auth_invitation.created_at DESC,
    auth_invitation.id DESC
LIMIT :limit
