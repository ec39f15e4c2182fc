-- Delete a post or listing with everything that belongs to it, and count the deleted rows by table. Replies that stay lose their parent.
-- In batches, at most `limit` rows of each table go at once, and the row itself with the last of them: until then it is deleted softly.
-- Parts and others are two more tables of what belongs to it: links, with the id of the subject in their key, or rows with ids.
-- names: nodes, subjects, subject_id, texts, links, parts, part_key, others, other_key, whole_id, detached_nodes
SELECT subjects.id
FROM subjects
WHERE subjects.id = :id
FOR UPDATE;

WITH picked_nodes AS MATERIALIZED (
    SELECT nodes.id
    FROM nodes
    WHERE nodes.subject_id = :id
    ORDER BY
        nodes.created_at DESC,
        nodes.id DESC
    LIMIT :limit
),

kept_replies AS MATERIALIZED (
    SELECT reply.id
    FROM picked_nodes
    CROSS JOIN
        LATERAL (
            SELECT nodes.id
            FROM nodes
            WHERE nodes.parent_id = picked_nodes.id
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE reply.id NOT IN (SELECT other.id FROM picked_nodes AS other)
    LIMIT :limit -- noqa: AM09
),

deleted_nodes AS (
    DELETE FROM nodes
    WHERE
        nodes.id = any(array(SELECT picked_nodes.id FROM picked_nodes))
        AND (SELECT count(*) FROM kept_replies) < :limit
    RETURNING nodes.id
),

loosened_nodes AS (
    UPDATE nodes
    SET
        parent_id = NULL,
        updated_at = timezone('UTC', statement_timestamp())
    WHERE nodes.id = any(array(SELECT kept_replies.id FROM kept_replies))
    RETURNING nodes.id
),

deleted_texts AS (
    DELETE FROM texts
    WHERE
        texts.id = any(array(
            SELECT own.id
            FROM texts AS own
            WHERE own.subject_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING texts.id
),

deleted_parts AS (
    DELETE FROM parts
    WHERE
        parts.part_key = any(array(
            SELECT own.part_key
            FROM parts AS own
            WHERE own.subject_id = :id
            LIMIT :limit -- noqa: AM09
        ))
        AND parts.whole_id = :id -- when $whole_id
    RETURNING parts.part_key
),

deleted_others AS (
    DELETE FROM others
    WHERE
        others.other_key = any(array(
            SELECT own.other_key
            FROM others AS own
            WHERE own.subject_id = :id
            LIMIT :limit -- noqa: AM09
        ))
        AND others.whole_id = :id -- when $whole_id
    RETURNING others.other_key
),

deleted_links AS (
    DELETE FROM links
    WHERE
        links.subject_id = :id
        AND links.media_id = any(array(
            SELECT own.media_id
            FROM links AS own
            WHERE own.subject_id = :id
            LIMIT :limit -- noqa: AM09
        ))
    RETURNING links.media_id
),

deleted_subjects AS (
    DELETE FROM subjects
    WHERE
        subjects.id = :id
        AND greatest(
            (SELECT count(*) FROM picked_nodes),
            (SELECT count(*) FROM kept_replies),
            (SELECT count(*) FROM deleted_texts),
            (SELECT count(*) FROM deleted_parts),
            (SELECT count(*) FROM deleted_others),
            (SELECT count(*) FROM deleted_links)
        ) < :limit
    RETURNING subjects.id
),

hidden_subjects AS (
    UPDATE subjects
    SET
        deleted_at = timezone('UTC', statement_timestamp()),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        subjects.id = :id
        AND subjects.deleted_at IS NULL
        AND NOT EXISTS (SELECT FROM deleted_subjects)
    RETURNING subjects.id
)

SELECT
    (SELECT count(*) FROM deleted_subjects) AS subjects,
    (SELECT count(*) FROM deleted_texts) AS texts,
    (SELECT count(*) FROM deleted_parts) AS parts,
    (SELECT count(*) FROM deleted_others) AS others,
    (SELECT count(*) FROM deleted_links) AS links,
    (SELECT count(*) FROM deleted_nodes) AS nodes,
    (SELECT count(*) FROM loosened_nodes) AS detached_nodes
WHERE
    CASE
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_subjects) THEN TRUE
        WHEN EXISTS (
            SELECT FROM subjects
            WHERE subjects.id = :id
        ) THEN refuse_command('too_many', :limit::bigint::text) IS NULL
        ELSE TRUE
    END
