-- Change what is given of a user and give it back.
UPDATE "user"
SET
    name = :name, -- when :name
    email = :email, -- when :email
    email_verified = :email_verified, -- when :email_verified
    image = :image, -- when :image
    username = :username, -- when :username
    display_username = :display_username, -- when :display_username
    role = :role, -- when :role
    banned = :banned, -- when :banned
    ban_reason = :ban_reason, -- when :ban_reason
    ban_expires = :ban_expires, -- when :ban_expires
    updated_at = timezone('UTC', now())
WHERE "user".id = :id
RETURNING "user".*
