-- Delete the profile of a user. Served by the unique index on user_id.
DELETE FROM profile
WHERE profile.user_id = :user_id
