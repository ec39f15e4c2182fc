-- Raises the error of a statement that is not prepared, and counts how often.
SELECT forget() AS number
