-- Change the given fields of the profile of a user and return it. Served by the unique index on user_id.
UPDATE profile
SET
    username = :username, -- when :username
    full_name = :full_name, -- when :full_name
    bio = :bio, -- when :bio
    avatar_url = :avatar_url, -- when :avatar_url
    location = :location, -- when :location
    website = :website, -- when :website
    preferred_language = :preferred_language, -- when :preferred_language
    updated_at = timezone('UTC', statement_timestamp())
WHERE profile.user_id = :user_id
RETURNING profile.*
