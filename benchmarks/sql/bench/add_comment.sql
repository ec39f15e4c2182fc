-- Add a comment and give it back.
INSERT INTO blog_comments (id, post_id, author_name, author_email, content, status, in_language)
VALUES (:id, :post_id, :author_name, :author_email, :content::jsonb, :status, :in_language)
RETURNING
    id,
    post_id,
    parent_id,
    author_name,
    author_email,
    content,
    rating,
    status,
    in_language,
    deleted_at,
    created_at,
    updated_at
