-- The profile of a user by the user's username, or none. Served by the unique indexes on the user's username and on user_id.
-- uses: profile/profile, auth/public_user
SELECT profile_profile.*
FROM profile_profile
WHERE
    profile_profile.user_id = (
        SELECT auth_public_user.id
        FROM auth_public_user
        WHERE auth_public_user.username = :username
    )
