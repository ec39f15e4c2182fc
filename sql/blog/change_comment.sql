-- Change the given fields of a comment, not deleted, and return it.
UPDATE blog_comments
SET
    author_name = :author_name, -- when :author_name
    author_email = :author_email, -- when :author_email
    content = :content::jsonb, -- when :content
    rating = :rating, -- when :rating
    in_language = :in_language, -- when :in_language
    updated_at = timezone('UTC', statement_timestamp())
WHERE
    blog_comments.id = :id
    AND blog_comments.deleted_at IS NULL
RETURNING blog_comments.*
