-- Change the given fields of a user and return it; the sessions of one who is banned end. Served by the index on session's user_id.
SELECT "user".id
FROM "user"
WHERE "user".id = :id
FOR UPDATE;

SELECT refuse_command('too_many', :limit::bigint::text) -- when :banned
WHERE -- when :banned
    :banned::boolean -- when :banned
    AND EXISTS ( -- when :banned
        SELECT FROM session -- when :banned
        WHERE session.user_id = :id -- when :banned
        ORDER BY session.expires_at -- when :banned
        OFFSET :limit::bigint -- when :banned
    ); -- when :banned

DELETE FROM session -- when :banned
WHERE -- when :banned
    session.user_id = :id -- when :banned
    AND :banned::boolean; -- when :banned

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
    updated_at = timezone('UTC', statement_timestamp())
WHERE "user".id = :id
RETURNING "user".*
