-- Create the profile of a user, or change its given fields, and return it. Served by the unique index on user_id.

-- Two at once, of one id, would both insert: the second waits.
SELECT "user".id
FROM "user"
WHERE "user".id = :user_id
FOR NO KEY UPDATE;

INSERT INTO profile (
    id,
    user_id,
    username, -- when :username
    full_name, -- when :full_name
    bio, -- when :bio
    avatar_url, -- when :avatar_url
    location, -- when :location
    website, -- when :website
    preferred_language, -- when :preferred_language
    created_at,
    updated_at
) VALUES (
    :id,
    :user_id,
    :username, -- when :username
    :full_name, -- when :full_name
    :bio, -- when :bio
    :avatar_url, -- when :avatar_url
    :location, -- when :location
    :website, -- when :website
    :preferred_language, -- when :preferred_language
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
ON CONFLICT (user_id) DO UPDATE
    SET
        username = excluded.username, -- when :username
        full_name = excluded.full_name, -- when :full_name
        bio = excluded.bio, -- when :bio
        avatar_url = excluded.avatar_url, -- when :avatar_url
        location = excluded.location, -- when :location
        website = excluded.website, -- when :website
        preferred_language = excluded.preferred_language, -- when :preferred_language
        updated_at = excluded.updated_at
RETURNING profile.*
