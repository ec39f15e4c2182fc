-- Delete the sessions of a user, all or all but one. Served by the index on user_id and expires_at.
DELETE FROM session
WHERE
    session.user_id = :user_id
    AND session.id <> :kept_id -- when :kept_id
