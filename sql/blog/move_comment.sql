-- Move a comment below another of its post, or to the top, with all its replies, and return it.
SELECT blog_posts.id
FROM blog_posts
INNER JOIN blog_comments ON blog_posts.id = blog_comments.post_id
WHERE blog_comments.id = :id
FOR NO KEY UPDATE OF blog_posts;

SELECT refuse_command('parent_of_another_post')
FROM blog_comments
INNER JOIN blog_comments AS parent ON blog_comments.post_id <> parent.post_id
WHERE
    blog_comments.id = :id
    AND parent.id = :parent_id;

WITH RECURSIVE ancestor AS (
    SELECT
        blog_comments.id,
        blog_comments.parent_id
    FROM blog_comments
    WHERE blog_comments.id = :parent_id
    UNION
    SELECT
        blog_comments.id,
        blog_comments.parent_id
    FROM ancestor
    INNER JOIN blog_comments ON ancestor.parent_id = blog_comments.id
)

SELECT refuse_command('cycle')
FROM ancestor
WHERE ancestor.id = :id;

UPDATE blog_comments
SET
    parent_id = :parent_id,
    updated_at = timezone('UTC', statement_timestamp())
WHERE blog_comments.id = :id
RETURNING blog_comments.*
