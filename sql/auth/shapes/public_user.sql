-- A user as anybody may see them.
SELECT
    "user".id,
    "user".name,
    "user".image,
    "user".username,
    "user".display_username
FROM "user"
