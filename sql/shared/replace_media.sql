-- Make these media a post's or listing's only ones, and count what changed.
-- uses: $deleted
-- names: links, subjects, subject_id, deleted_subject
SELECT subjects.id
FROM subjects
WHERE subjects.id = :subject_id
FOR UPDATE;

SELECT refuse_command('deleted_subject')
FROM deleted
WHERE deleted.id = :subject_id;

WITH given AS MATERIALIZED (
    SELECT
        medium.media_id,
        medium.type,
        medium.position,
        row_number() OVER (PARTITION BY medium.media_id, medium.type) AS repeat -- from 2 on, it is to break the key
    FROM jsonb_to_recordset(:media::jsonb) AS medium (media_id text, type text, position text)
),

removed AS (
    DELETE FROM links
    WHERE
        links.subject_id = :subject_id
        AND NOT EXISTS (
            SELECT FROM given
            WHERE given.media_id = links.media_id AND given.type = links.type
        )
    RETURNING links.media_id
),

changed AS (
    UPDATE links
    SET position = given.position
    FROM given
    WHERE
        links.subject_id = :subject_id
        AND links.media_id = given.media_id
        AND links.type = given.type
        AND given.repeat = 1
        AND links.position IS DISTINCT FROM given.position
    RETURNING links.media_id
),

added AS (
    INSERT INTO links (subject_id, media_id, type, position)
    SELECT
        :subject_id::text AS subject_id,
        given.media_id,
        given.type,
        given.position
    FROM given
    WHERE
        given.repeat > 1
        OR NOT EXISTS (
            SELECT FROM links
            WHERE
                links.subject_id = :subject_id
                AND links.media_id = given.media_id
                AND links.type = given.type
        )
    RETURNING links.media_id
)

SELECT
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM removed) AS removed
