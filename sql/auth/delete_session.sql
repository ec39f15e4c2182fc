-- Delete a session.
DELETE FROM session
WHERE session.id = :id
