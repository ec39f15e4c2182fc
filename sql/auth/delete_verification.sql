-- Delete all verifications for an identifier. Served by the index on identifier.
DELETE FROM verification
WHERE verification.identifier = :identifier
