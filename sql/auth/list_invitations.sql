-- Invitations, newest first. Served by the indexes on lower(email), organization_id and inviter_id, or by that on created_at and id.
-- uses: auth/chosen_invitation
SELECT
    auth_chosen_invitation.*,
    json_build_array(auth_chosen_invitation.created_at, auth_chosen_invitation.id)::text AS cursor
FROM auth_chosen_invitation
WHERE
    TRUE
    AND (auth_chosen_invitation.created_at, auth_chosen_invitation.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    auth_chosen_invitation.created_at DESC,
    auth_chosen_invitation.id DESC
LIMIT :limit
