-- Reject or cancel an invitation that is pending and return it.
SELECT invitation.id
FROM invitation
WHERE invitation.id = :id
FOR NO KEY UPDATE;

SELECT refuse_command('not_pending', invitation.status)
FROM invitation
WHERE
    invitation.id = :id
    AND invitation.status <> 'pending';

UPDATE invitation
SET status = :status
WHERE invitation.id = :id
RETURNING invitation.*
