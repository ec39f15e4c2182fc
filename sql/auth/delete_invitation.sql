-- Delete an invitation.
DELETE FROM invitation
WHERE invitation.id = :id
