-- One row after so many seconds. Reads no table.
SELECT pg_sleep(:seconds::float)::text AS slept
