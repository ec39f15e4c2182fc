-- One session by its token, or none, expired ones included. Served by the unique index on token and
-- by primary keys.
-- uses: auth/session
SELECT auth_session.*
FROM auth_session
WHERE auth_session.token = :token
