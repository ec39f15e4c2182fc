-- Adds things.
INSERT INTO things (title, size)
SELECT
    thing.title,
    thing.size
FROM jsonb_to_recordset(:things::jsonb) AS thing (title text, size integer)
