-- Create a user and return it.
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
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING "user".*
