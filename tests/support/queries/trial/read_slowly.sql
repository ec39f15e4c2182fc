-- One row after so many seconds, in which the things are read.
SELECT count(*)::int AS number
FROM things
CROSS JOIN pg_sleep(:seconds::float)
