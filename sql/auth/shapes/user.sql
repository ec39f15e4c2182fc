-- A user, without relations, for use in other shapes.
SELECT
    "user".id,
    "user".name,
    "user".email,
    "user".email_verified,
    "user".image,
    "user".username,
    "user".display_username,
    "user".role,
    "user".banned,
    "user".ban_reason,
    "user".ban_expires,
    "user".created_at,
    "user".updated_at
FROM "user"
