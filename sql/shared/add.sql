-- Add a node, below another or on top, and give it back.
-- uses: $deleted, $hidden
-- names: nodes, subjects, subject_id, allow_nodes, deleted_subject, hidden_subject, nodes_closed, parent_of_another, author_id
SELECT subjects.id
FROM subjects
WHERE subjects.id = :subject_id
FOR SHARE;

SELECT refuse_command('deleted_subject')
FROM deleted
WHERE deleted.id = :subject_id;

SELECT refuse_command('hidden_subject')
FROM hidden
WHERE hidden.id = :subject_id AND NOT :with_unpublished::boolean;

SELECT refuse_command('nodes_closed')
FROM subjects
WHERE subjects.id = :subject_id AND NOT (subjects.allow_nodes OR :even_if_closed::boolean);

SELECT refuse_command('cycle') -- when :parent_id
WHERE :parent_id::text = :id::text; -- when :parent_id

SELECT refuse_command('parent_of_another') -- when :parent_id
FROM nodes -- when :parent_id
WHERE nodes.id = :parent_id AND nodes.subject_id <> :subject_id; -- when :parent_id

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
) VALUES (
    :id,
    :subject_id,
    :parent_id,
    :author_name,
    :author_email,
    :author_id, -- when $author_id
    :content::jsonb,
    :rating,
    :status,
    :in_language,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING nodes.*
