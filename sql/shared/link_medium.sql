-- Give a post or listing a medium at a position, or move the one that it has there.
-- uses: $deleted
-- names: links, subjects, subject_id, deleted_subject
SELECT subjects.id
FROM subjects
WHERE subjects.id = :subject_id
FOR SHARE;

SELECT refuse_command('deleted_subject')
FROM deleted
WHERE deleted.id = :subject_id;

INSERT INTO links (subject_id, media_id, type, position)
VALUES (:subject_id, :media_id, :type, :position)
ON CONFLICT (subject_id, media_id, type) DO UPDATE SET
    position = excluded.position
