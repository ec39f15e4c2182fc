-- Delete a node, and as the caller chooses delete those below it too, or leave an empty node in the thread. In batches, at most `limit` of
-- those below it at once, locked as they are picked, since others may take them, and the node with the last; replies to what is gone go below it.
-- names: nodes, subjects, subject_id, emptied_nodes, moved_nodes, author_id
SELECT subjects.id
FROM subjects
INNER JOIN nodes ON subjects.id = nodes.subject_id
WHERE nodes.id = :id
FOR UPDATE OF subjects;

SELECT refuse_command('has_replies')
WHERE
    :replies::text = 'refuse'
    AND EXISTS (
        SELECT FROM nodes
        WHERE nodes.parent_id = :id AND nodes.id <> :id
    );

WITH RECURSIVE emptied AS (
    UPDATE nodes
    SET
        author_name = '',
        author_email = '',
        author_id = NULL, -- when $author_id
        content = '""',
        rating = 0,
        deleted_at = coalesce(nodes.deleted_at, timezone('UTC', statement_timestamp())),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        :replies::text = 'tombstone'
        AND nodes.id = :id
        AND EXISTS (
            SELECT FROM nodes AS reply
            WHERE reply.parent_id = nodes.id AND reply.id <> nodes.id
            OFFSET 0 -- noqa: AM09
        )
        AND (nodes.author_email <> '' OR nodes.content <> '""')
    RETURNING nodes.id
),

below AS (
    SELECT nodes.id
    FROM nodes
    WHERE
        nodes.id = :id
        AND (
            :replies::text <> 'tombstone'
            OR NOT EXISTS (
                SELECT FROM nodes AS reply
                WHERE reply.parent_id = :id AND reply.id <> :id
            )
        )
    UNION
    SELECT reply.id
    FROM below
    CROSS JOIN
        LATERAL (
            SELECT nodes.id
            FROM nodes
            WHERE nodes.parent_id = below.id
            OFFSET 0 -- noqa: AM09
        ) AS reply
),

picked AS MATERIALIZED (
    SELECT locked.id
    FROM below
    CROSS JOIN
        LATERAL (
            SELECT nodes.id
            FROM nodes
            WHERE nodes.id = below.id
            FOR UPDATE
        ) AS locked
    LIMIT :limit::bigint + 1 -- noqa: AM09
),

gone AS MATERIALIZED (
    SELECT picked.id
    FROM picked
    WHERE picked.id <> :id OR (SELECT count(counted.id) FROM picked AS counted) <= :limit
),

kept_replies AS MATERIALIZED (
    SELECT reply.id
    FROM gone
    CROSS JOIN
        LATERAL (
            SELECT nodes.id
            FROM nodes
            WHERE nodes.parent_id = gone.id
            OFFSET 0 -- noqa: AM09
            FOR NO KEY UPDATE
        ) AS reply
    WHERE reply.id NOT IN (SELECT other.id FROM gone AS other)
    LIMIT :limit -- noqa: AM09
),

deleted AS (
    DELETE FROM nodes
    WHERE
        nodes.id = any(array(SELECT gone.id FROM gone))
        AND (SELECT count(*) FROM kept_replies) < :limit
    RETURNING nodes.id
),

moved AS (
    UPDATE nodes
    SET
        parent_id = nullif(:id, nodes.id),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE nodes.id = any(array(SELECT kept_replies.id FROM kept_replies))
    RETURNING nodes.id
)

SELECT
    (SELECT count(*) FROM deleted) AS nodes,
    (SELECT count(*) FROM emptied) AS emptied_nodes,
    (SELECT count(*) FROM moved) AS moved_nodes
WHERE
    CASE
        WHEN :in_batches OR (SELECT count(*) FROM picked) <= :limit THEN TRUE
        ELSE refuse_command('too_many', :limit::bigint::text) IS NULL
    END
