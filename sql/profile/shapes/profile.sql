-- A profile with its user.
-- uses: auth/public_user
SELECT
    profile.id,
    profile.user_id,
    profile.username,
    profile.full_name,
    profile.bio,
    profile.avatar_url,
    profile.location,
    profile.website,
    profile.preferred_language,
    profile.created_at,
    profile.updated_at,
    (
        SELECT to_json(auth_public_user.*)
        FROM auth_public_user
        WHERE auth_public_user.id = profile.user_id
    ) AS "user"
FROM profile
