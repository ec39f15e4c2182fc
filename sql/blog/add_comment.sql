-- Add a comment and return it.
SELECT refuse_command('cycle') -- when :parent_id
WHERE :parent_id::text = :id::text; -- when :parent_id

SELECT refuse_command('parent_of_another_post') -- when :parent_id
FROM blog_comments -- when :parent_id
WHERE blog_comments.id = :parent_id AND blog_comments.post_id <> :post_id; -- when :parent_id

INSERT INTO blog_comments (
    id,
    post_id,
    parent_id,
    author_name,
    author_email,
    content,
    rating,
    status,
    in_language,
    created_at,
    updated_at
) VALUES (
    :id,
    :post_id,
    :parent_id,
    :author_name,
    :author_email,
    :content::jsonb,
    :rating,
    :status,
    :in_language,
    timezone('UTC', statement_timestamp()),
    timezone('UTC', statement_timestamp())
)
RETURNING blog_comments.*
