-- Add nodes, each after the one that it replies to.
-- uses: $deleted, $hidden
-- names: nodes, subjects, subject_id, given_nodes, allow_nodes, deleted_subject, hidden_subject, nodes_closed, parent_of_another, author_id
SELECT subjects.id
FROM subjects
WHERE subjects.id = any(:given_nodes.subject_id)
ORDER BY subjects.id
FOR SHARE;

-- What is given is read once. It is refused, or else added.
WITH given AS MATERIALIZED (
    SELECT node.*
    FROM
        unnest(
            array(SELECT jsonb_array_elements(:given_nodes.content::jsonb)),
            :given_nodes.author_id::text[], -- when $author_id
            :given_nodes.id::text[], :given_nodes.subject_id::text[], :given_nodes.parent_id::text[],
            :given_nodes.author_name::text[], :given_nodes.author_email::text[], :given_nodes.rating::integer[],
            :given_nodes.status::text[], :given_nodes.in_language::text[]
        ) WITH ORDINALITY AS node (
            content,
            author_id, -- when $author_id
            id, subject_id, parent_id, author_name, author_email, rating, status, in_language, number
        )
),

parent AS (
    SELECT
        given.id,
        given.subject_id,
        given.number
    FROM given
    UNION ALL
    SELECT
        nodes.id,
        nodes.subject_id,
        0 AS number
    FROM nodes
    WHERE nodes.id IN (SELECT given.parent_id FROM given)
),

wrong AS (
    SELECT
        given.number,
        1 AS rank,
        CASE
            WHEN deleted.id IS NOT NULL THEN 'deleted_subject'
            WHEN hidden.id IS NOT NULL AND NOT :with_unpublished::boolean THEN 'hidden_subject'
            ELSE 'nodes_closed'
        END AS reason
    FROM (
        SELECT
            given.subject_id,
            min(given.number) AS number
        FROM given
        GROUP BY given.subject_id
    ) AS given
    INNER JOIN subjects ON given.subject_id = subjects.id
    LEFT JOIN deleted ON subjects.id = deleted.id
    LEFT JOIN hidden ON subjects.id = hidden.id
    WHERE
        deleted.id IS NOT NULL
        OR (hidden.id IS NOT NULL AND NOT :with_unpublished::boolean)
        OR NOT (subjects.allow_nodes OR :even_if_closed::boolean)
    UNION ALL
    SELECT
        given.number,
        2 AS rank,
        CASE WHEN parent.subject_id <> given.subject_id THEN 'parent_of_another' ELSE 'parent_after' END AS reason
    FROM given
    INNER JOIN parent ON given.parent_id = parent.id
    WHERE
        parent.subject_id <> given.subject_id
        OR parent.number >= given.number
),

refused AS MATERIALIZED (
    SELECT refuse_command(wrong.reason, (wrong.number - 1)::text)
    FROM wrong
    ORDER BY
        wrong.rank,
        wrong.number
    LIMIT 1
)

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
    timezone('UTC', statement_timestamp()) + (given.number - 1) * '1 microsecond'::interval AS created_at,
    timezone('UTC', statement_timestamp()) AS updated_at
FROM given
WHERE NOT EXISTS (SELECT FROM refused)
