-- Delete a comment, and as the caller chooses delete those below it too, or leave an empty node in the thread.
SELECT blog_posts.id
FROM blog_posts
INNER JOIN blog_comments ON blog_posts.id = blog_comments.post_id
WHERE blog_comments.id = :id
FOR UPDATE OF blog_posts;

SELECT refuse_command('has_replies')
WHERE
    :replies::text = 'refuse'
    AND EXISTS (
        SELECT FROM blog_comments
        WHERE blog_comments.parent_id = :id AND blog_comments.id <> :id
    );

WITH RECURSIVE emptied AS (
    UPDATE blog_comments
    SET
        author_name = '',
        author_email = '',
        content = '""',
        rating = 0,
        deleted_at = coalesce(blog_comments.deleted_at, timezone('UTC', statement_timestamp())),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        :replies::text = 'tombstone'
        AND blog_comments.id = :id
        AND EXISTS (
            SELECT FROM blog_comments AS reply
            WHERE reply.parent_id = blog_comments.id AND reply.id <> blog_comments.id
        )
    RETURNING blog_comments.id
),

doomed AS (
    SELECT blog_comments.id
    FROM blog_comments
    WHERE
        blog_comments.id = :id
        AND NOT EXISTS (SELECT FROM emptied)
    UNION
    SELECT reply.id
    FROM doomed
    INNER JOIN blog_comments AS reply ON doomed.id = reply.parent_id
),

deleted AS (
    DELETE FROM blog_comments
    USING doomed
    WHERE blog_comments.id = doomed.id
    RETURNING blog_comments.id
)

SELECT
    (SELECT count(*) FROM deleted) AS blog_comments,
    (SELECT count(*) FROM emptied) AS blog_comments_emptied
