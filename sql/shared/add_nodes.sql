-- Add nodes, each after the one that it replies to.
-- uses: $deleted, $hidden
-- names: nodes, subjects, subject_id, given_nodes, allow_nodes, deleted_subject, hidden_subject, nodes_closed, parent_of_another, author_id
SELECT subjects.id
FROM subjects
WHERE subjects.id IN (SELECT given.subject_id FROM jsonb_to_recordset(:given_nodes::jsonb) AS given (subject_id text))
ORDER BY subjects.id
FOR SHARE;

SELECT
    refuse_command(
        CASE
            WHEN deleted.id IS NOT NULL THEN 'deleted_subject'
            WHEN hidden.id IS NOT NULL AND NOT :with_unpublished::boolean THEN 'hidden_subject'
            ELSE 'nodes_closed'
        END,
        (given.number - 1)::text
    )
FROM jsonb_array_elements(:given_nodes::jsonb) WITH ORDINALITY AS given (node, number)
INNER JOIN subjects ON subjects.id = given.node ->> 'subject_id'
LEFT JOIN deleted ON subjects.id = deleted.id
LEFT JOIN hidden ON subjects.id = hidden.id
WHERE
    deleted.id IS NOT NULL
    OR (hidden.id IS NOT NULL AND NOT :with_unpublished::boolean)
    OR NOT (subjects.allow_nodes OR :even_if_closed::boolean)
ORDER BY given.number
LIMIT 1;

WITH reply AS MATERIALIZED (
    SELECT
        given.number,
        given.node ->> 'id' AS id,
        given.node ->> 'subject_id' AS subject_id,
        given.node ->> 'parent_id' AS parent_id
    FROM jsonb_array_elements(:given_nodes::jsonb) WITH ORDINALITY AS given (node, number)
),

parent AS (
    SELECT
        reply.id,
        reply.subject_id,
        reply.number
    FROM reply
    UNION ALL
    SELECT
        nodes.id,
        nodes.subject_id,
        0 AS number
    FROM nodes
    WHERE nodes.id IN (SELECT reply.parent_id FROM reply)
)

SELECT
    refuse_command(
        CASE WHEN parent.subject_id <> reply.subject_id THEN 'parent_of_another' ELSE 'parent_after' END,
        (reply.number - 1)::text
    )
FROM reply
INNER JOIN parent ON reply.parent_id = parent.id
WHERE
    parent.subject_id <> reply.subject_id
    OR parent.number >= reply.number
ORDER BY reply.number
LIMIT 1;

INSERT INTO nodes (
    id,
    subject_id,
    parent_id,
    author_name,
    author_email,
    author_id, -- when $author_id
    content,
    rating,
    status,
    in_language,
    created_at,
    updated_at
)
SELECT
    given.id,
    given.subject_id,
    given.parent_id,
    given.author_name,
    given.author_email,
    given.author_id, -- when $author_id
    given.content,
    given.rating,
    given.status,
    given.in_language,
    -- A microsecond apart, so that they stay in the order given.
    timezone('UTC', statement_timestamp()) + (item.number - 1) * '1 microsecond'::interval AS created_at,
    timezone('UTC', statement_timestamp()) AS updated_at
FROM jsonb_array_elements(:given_nodes::jsonb) WITH ORDINALITY AS item (node, number)
CROSS JOIN jsonb_populate_record(NULL::nodes, item.node) AS given
