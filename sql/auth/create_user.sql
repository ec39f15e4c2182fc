-- Create a user and give it back.
INSERT INTO "user" (
    id,
    name,
    email,
    email_verified,
    image,
    username,
    display_username,
    role,
    banned,
    ban_reason,
    ban_expires,
    created_at,
    updated_at
) VALUES (
    :id,
    :name,
    :email,
    :email_verified,
    :image,
    :username,
    :display_username,
    :role,
    :banned,
    :ban_reason,
    :ban_expires,
    timezone('UTC', now()),
    timezone('UTC', now())
)
RETURNING
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
