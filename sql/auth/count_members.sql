-- How many members an organization has. Served by the unique index on organization_id and user_id.
SELECT count(*) AS count
FROM (
    SELECT member.id
    FROM member
    WHERE
        member.organization_id = :organization_id
        AND string_to_array(member.role, ',') @> ARRAY[:role] -- when :role
    LIMIT :at_most -- noqa: AM09
) AS counted
