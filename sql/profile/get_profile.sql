-- The profile of a user by the user's id, or none. Served by the unique index on user_id.
-- uses: profile/profile
SELECT profile_profile.*
FROM profile_profile
WHERE profile_profile.user_id = :user_id
