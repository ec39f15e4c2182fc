-- Delete a post or listing, or those that were deleted softly, the earliest first, with everything that belongs to them, and count the deleted
-- rows by table: at most `limit` rows of each table, and the posts or listings with the last of them. Replies that stay lose their parent.
-- One of which rows are left is deleted softly, or it is refused. The rows are locked first, so that the next statement sees what was added
-- until then; each of the others as it is picked, since others may take it. Parts and others are two more tables, each with a key of its rows.
-- By arrays, and in their order: so an index is read as far as rows are picked, and each is looked up by its key, whatever the statistics.
-- names: nodes, subjects, subject_id, texts, links, parts, part_key, others, other_key, detached_nodes, id, deleted_before
SELECT set_config('concordia.deleted', coalesce(json_agg(locked_subjects.id ORDER BY locked_subjects.id), '[]')::text, TRUE)
FROM (
    SELECT subjects.id
    FROM subjects
    WHERE
        TRUE
        AND subjects.id = :id -- when $id
        AND (subjects.deleted_at IS NOT NULL OR subjects.status = 'deleted') -- when $deleted_before
        AND coalesce(subjects.deleted_at, subjects.updated_at) < :deleted_before -- when $deleted_before
    ORDER BY
        coalesce(subjects.deleted_at, subjects.updated_at) ASC,
        subjects.id ASC
    LIMIT :limit
    FOR UPDATE
    SKIP LOCKED -- when $deleted_before
) AS locked_subjects;

WITH locked_subjects AS MATERIALIZED (
    SELECT locked.id
    FROM unnest(array(SELECT json_array_elements_text(current_setting('concordia.deleted')::json))) AS locked (id)
),

picked_nodes AS MATERIALIZED (
    SELECT newest.id
    FROM locked_subjects
    CROSS JOIN
        LATERAL (
            SELECT nodes.id
            FROM nodes
            WHERE nodes.subject_id = locked_subjects.id
            ORDER BY
                nodes.created_at DESC,
                nodes.id DESC
            LIMIT :limit
            FOR UPDATE
        ) AS newest
    LIMIT :limit -- noqa: AM09
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
            FOR NO KEY UPDATE
        ) AS reply
    WHERE reply.id NOT IN (SELECT other.id FROM picked_nodes AS other)
    LIMIT :limit -- noqa: AM09
),

picked_texts AS MATERIALIZED (
    SELECT own.id
    FROM locked_subjects
    CROSS JOIN
        LATERAL (
            SELECT texts.id
            FROM texts
            WHERE texts.subject_id = any(ARRAY[locked_subjects.id])
            ORDER BY texts.subject_id
            LIMIT :limit
            FOR UPDATE
        ) AS own
    LIMIT :limit -- noqa: AM09
),

deleted_texts AS (
    DELETE FROM texts
    WHERE texts.id = any(array(SELECT picked_texts.id FROM picked_texts))
    RETURNING texts.id
),

picked_parts AS MATERIALIZED (
    SELECT own.*
    FROM locked_subjects
    CROSS JOIN
        LATERAL (
            SELECT
                parts.subject_id,
                parts.part_key
            FROM parts
            WHERE parts.subject_id = any(ARRAY[locked_subjects.id])
            ORDER BY parts.subject_id
            LIMIT :limit
            FOR UPDATE
        ) AS own
    LIMIT :limit -- noqa: AM09
),

deleted_parts AS (
    DELETE FROM parts
    USING picked_parts
    WHERE parts.subject_id = any(ARRAY[picked_parts.subject_id]) AND parts.part_key = any(ARRAY[picked_parts.part_key])
    RETURNING parts.subject_id
),

picked_others AS MATERIALIZED (
    SELECT own.*
    FROM locked_subjects
    CROSS JOIN
        LATERAL (
            SELECT
                others.subject_id,
                others.other_key
            FROM others
            WHERE others.subject_id = any(ARRAY[locked_subjects.id])
            ORDER BY others.subject_id
            LIMIT :limit
            FOR UPDATE
        ) AS own
    LIMIT :limit -- noqa: AM09
),

deleted_others AS (
    DELETE FROM others
    USING picked_others
    WHERE others.subject_id = any(ARRAY[picked_others.subject_id]) AND others.other_key = any(ARRAY[picked_others.other_key])
    RETURNING others.subject_id
),

picked_links AS MATERIALIZED (
    SELECT own.*
    FROM locked_subjects
    CROSS JOIN
        LATERAL (
            SELECT
                links.subject_id,
                links.media_id,
                links.type
            FROM links
            WHERE links.subject_id = any(ARRAY[locked_subjects.id])
            ORDER BY links.subject_id
            LIMIT :limit
            FOR UPDATE
        ) AS own
    LIMIT :limit -- noqa: AM09
),

deleted_links AS (
    DELETE FROM links
    USING picked_links
    WHERE
        links.subject_id = any(ARRAY[picked_links.subject_id]) AND links.media_id = any(ARRAY[picked_links.media_id])
        AND links.type = any(ARRAY[picked_links.type])
    RETURNING links.subject_id
),

deleted_subjects AS (
    DELETE FROM subjects
    WHERE
        subjects.id = any(array(SELECT locked_subjects.id FROM locked_subjects))
        AND greatest(
            (SELECT count(*) FROM picked_nodes),
            (SELECT count(*) FROM kept_replies),
            (SELECT count(*) FROM picked_texts),
            (SELECT count(*) FROM picked_parts),
            (SELECT count(*) FROM picked_others),
            (SELECT count(*) FROM picked_links)
        ) < :limit
    RETURNING subjects.id
),

hidden_subjects AS ( -- when $id
    UPDATE subjects -- when $id
    SET -- when $id
        deleted_at = timezone('UTC', statement_timestamp()), -- when $id
        updated_at = timezone('UTC', statement_timestamp()) -- when $id
    WHERE -- when $id
        subjects.id = any(array(SELECT locked_subjects.id FROM locked_subjects)) -- when $id
        AND subjects.deleted_at IS NULL -- when $id
        AND NOT EXISTS (SELECT FROM deleted_subjects) -- when $id
    RETURNING subjects.id -- when $id
), -- when $id

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
)

SELECT
    (SELECT count(*) FROM deleted_subjects) AS subjects,
    (SELECT count(*) FROM deleted_texts) AS texts,
    (SELECT count(*) FROM deleted_parts) AS parts,
    (SELECT count(*) FROM deleted_others) AS others,
    (SELECT count(*) FROM deleted_links) AS links,
    (SELECT count(*) FROM deleted_nodes) AS nodes,
    (SELECT count(*) FROM loosened_nodes) AS detached_nodes
WHERE -- when $id
    CASE -- when $id
        WHEN :in_batches OR EXISTS (SELECT FROM deleted_subjects) THEN TRUE -- when $id
        WHEN EXISTS (SELECT FROM locked_subjects) THEN refuse_command('too_many', :limit::bigint::text) IS NULL -- when $id
        ELSE TRUE -- when $id
    END -- when $id
