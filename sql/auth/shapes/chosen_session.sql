-- A session that the filter of the list of sessions chooses, for it and its count.
-- uses: auth/session
SELECT auth_session.*
FROM auth_session
WHERE
    TRUE
    AND auth_session.expired = :expired::boolean -- when :expired
