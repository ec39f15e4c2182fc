-- Change the role of a member, unless no owner would be left, and return the membership.
SELECT organization.id
FROM organization
WHERE organization.id = :organization_id
FOR NO KEY UPDATE;

SELECT refuse_command('last_owner')
FROM member
WHERE
    member.organization_id = :organization_id
    AND member.user_id = :user_id
    AND string_to_array(member.role, ',') @> ARRAY['owner']
    AND NOT string_to_array(:role, ',') @> ARRAY['owner']
    AND NOT EXISTS (
        SELECT FROM member AS other_owner
        WHERE
            other_owner.organization_id = member.organization_id
            AND other_owner.id <> member.id
            AND string_to_array(other_owner.role, ',') @> ARRAY['owner']
    );

UPDATE member
SET role = :role
WHERE
    member.organization_id = :organization_id
    AND member.user_id = :user_id
RETURNING member.*
