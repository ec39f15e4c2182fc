-- Adds a thing when nobody holds the lock.
INSERT INTO things (title, size)
SELECT
    :title,
    1 AS size
FROM pg_advisory_xact_lock(1)
