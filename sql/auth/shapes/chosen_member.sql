-- A member whom the filter of the list of members chooses, for it and its count.
-- uses: auth/member
SELECT auth_member.*
FROM auth_member
WHERE
    TRUE
    AND string_to_array(auth_member.role, ',') @> ARRAY[:role] -- when :role
