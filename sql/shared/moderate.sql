-- Set the status of nodes that still have the one seen and return them in the order given.
-- names: nodes
SELECT nodes.id
FROM nodes
INNER JOIN jsonb_to_recordset(:seen::jsonb) AS seen (id text) ON nodes.id = seen.id
ORDER BY nodes.id
FOR UPDATE OF nodes;

WITH seen AS MATERIALIZED (
    SELECT
        given.number,
        given.node ->> 'id' AS id,
        given.node ->> 'status' AS status
    FROM jsonb_array_elements(:seen::jsonb) WITH ORDINALITY AS given (node, number)
),

moderated AS (
    UPDATE nodes
    SET
        status = :status,
        updated_at = timezone('UTC', statement_timestamp())
    FROM seen
    WHERE
        nodes.id = seen.id
        AND nodes.status = seen.status
        AND nodes.deleted_at IS NULL
    RETURNING
        nodes.*,
        seen.number
)

SELECT moderated.*
FROM moderated
ORDER BY moderated.number
