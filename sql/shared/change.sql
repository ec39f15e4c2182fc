-- Change the given fields of a node, not deleted, and return it.
-- names: nodes
UPDATE nodes
SET
    author_name = :author_name, -- when :author_name
    author_email = :author_email, -- when :author_email
    content = :content::jsonb, -- when :content
    rating = :rating, -- when :rating
    in_language = :in_language, -- when :in_language
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    nodes.id = :id
    AND nodes.deleted_at IS NULL
RETURNING nodes.*
