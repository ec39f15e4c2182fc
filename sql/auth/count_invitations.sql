-- How many invitations there are. Served by the indexes on lower(email), organization_id and inviter_id.
-- uses: auth/chosen_invitation
SELECT count(*) AS count
FROM (
    SELECT auth_chosen_invitation.id
    FROM auth_chosen_invitation
    LIMIT :at_most -- noqa: AM09
) AS counted
