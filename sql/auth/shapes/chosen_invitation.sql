-- An invitation that the filters of the list of invitations choose, for it and its count.
-- uses: auth/invitation
SELECT auth_invitation.*
FROM auth_invitation
WHERE
    TRUE
    AND lower(auth_invitation.email) = (SELECT lower(:email)) -- when :email
    AND translate(auth_invitation.email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') = :email -- when :email
    AND auth_invitation.organization_id = :organization_id -- when :organization_id
    AND auth_invitation.inviter_id = :inviter_id -- when :inviter_id
    AND auth_invitation.status = :status -- when :status
    AND auth_invitation.open = :open::boolean -- when :open
