-- Add a comment and give it back.
-- uses: blog/deleted_post
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR SHARE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

SELECT refuse_command('comments_closed')
FROM blog_posts
WHERE blog_posts.id = :post_id AND NOT (blog_posts.allow_comments OR :even_if_closed::boolean);

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
