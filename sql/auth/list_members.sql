-- The members of an organization, oldest first. Served by the index on organization_id, created_at, id;
-- of a role that few have, all members are read.
-- uses: auth/member
SELECT
    auth_member.*,
    json_build_array(auth_member.created_at, auth_member.id)::text AS cursor
FROM auth_member
WHERE
    auth_member.organization_id = :organization_id
    AND string_to_array(auth_member.role, ',') @> ARRAY[:role] -- when :role
    AND (auth_member.created_at, auth_member.id) > ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    auth_member.created_at,
    auth_member.id
LIMIT :limit
