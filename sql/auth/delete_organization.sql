-- Delete an organization with its members and invitations, and count the deleted rows by table; sessions no longer work for it.
-- In batches, at most `limit` rows of each table at once, locked as picked, since others may take them; the organization goes last, with an owner.
-- By an array, and in its order: so the index is read as far as rows are picked, whatever the statistics.
-- cost: each member before the first owner is read.
SELECT organization.id
FROM organization
WHERE organization.id = :id
FOR UPDATE;

WITH kept_owners AS MATERIALIZED (
    SELECT member.id
    FROM member
    WHERE
        member.organization_id = :id
        AND string_to_array(member.role, ',') @> ARRAY['owner']
    ORDER BY
        member.created_at ASC,
        member.id ASC
    LIMIT 1
    FOR UPDATE
),

picked_members AS MATERIALIZED (
    SELECT member.id
    FROM member
    WHERE
        member.organization_id = :id
        AND member.id <> all(array(SELECT kept_owners.id FROM kept_owners)) -- to the planner most others, so that none are sorted
    ORDER BY
        member.created_at DESC,
        member.id DESC
    LIMIT :limit
    FOR UPDATE
),

deleted_invitations AS (
    DELETE FROM invitation
    WHERE
        invitation.id = any(array(
            SELECT own.id
            FROM invitation AS own
            WHERE own.organization_id = any(ARRAY[:id])
            ORDER BY own.organization_id
            LIMIT :limit
            FOR UPDATE
        ))
    RETURNING invitation.id
),

detached_sessions AS (
    UPDATE session
    SET
        active_organization_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        session.id = any(array(
            SELECT own.id
            FROM session AS own
            WHERE
                own.active_organization_id = any(array(
                    SELECT organization.id
                    FROM organization
                    WHERE organization.id = :id
                ))
            ORDER BY own.active_organization_id
            LIMIT :limit
            FOR NO KEY UPDATE
        ))
    RETURNING session.id
),

deleted_organizations AS (
    DELETE FROM organization
    WHERE
        organization.id = :id
        AND greatest(
            (SELECT count(*) FROM picked_members),
            (SELECT count(*) FROM deleted_invitations),
            (SELECT count(*) FROM detached_sessions)
        ) < :limit
    RETURNING organization.id
),

deleted_members AS (
    DELETE FROM member
    WHERE
        member.id = any(array(
            SELECT picked_members.id FROM picked_members
            UNION ALL
            SELECT kept_owners.id FROM kept_owners
            WHERE EXISTS (SELECT FROM deleted_organizations)
        ))
    RETURNING member.id
)

SELECT
    (SELECT count(*) FROM deleted_organizations) AS organization,
    (SELECT count(*) FROM deleted_members) AS member,
    (SELECT count(*) FROM deleted_invitations) AS invitation,
    (SELECT count(*) FROM detached_sessions) AS session_detached
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_organizations) THEN TRUE
        WHEN EXISTS (
            SELECT FROM organization
            WHERE organization.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
