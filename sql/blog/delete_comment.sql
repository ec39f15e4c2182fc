-- Delete a comment, and as the caller chooses delete those below it too, or leave an empty node in the thread. In batches, at most `limit` of
-- those below it go at once, and the comment with the last of them; until then, replies to what is gone are put below it.
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
        AND (blog_comments.author_email <> '' OR blog_comments.content <> '""')
    RETURNING blog_comments.id
),

below AS (
    SELECT blog_comments.id
    FROM blog_comments
    WHERE
        blog_comments.id = :id
        AND (
            :replies::text <> 'tombstone'
            OR NOT EXISTS (
                SELECT FROM blog_comments AS reply
                WHERE reply.parent_id = :id AND reply.id <> :id
            )
        )
    UNION
    SELECT reply.id
    FROM below
    CROSS JOIN
        LATERAL (
            SELECT blog_comments.id
            FROM blog_comments
            WHERE blog_comments.parent_id = below.id
            OFFSET 0 -- noqa: AM09
        ) AS reply
),

picked AS MATERIALIZED (
    SELECT below.id
    FROM below
    LIMIT :limit::bigint + 1 -- noqa: AM09
),

gone AS MATERIALIZED (
    SELECT picked.id
    FROM picked
    WHERE picked.id <> :id OR (SELECT count(counted.id) FROM picked AS counted) <= :limit
),

kept_replies AS MATERIALIZED (
    SELECT reply.id
    FROM gone
    CROSS JOIN
        LATERAL (
            SELECT blog_comments.id
            FROM blog_comments
            WHERE blog_comments.parent_id = gone.id
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE reply.id NOT IN (SELECT other.id FROM gone AS other)
    LIMIT :limit -- noqa: AM09
),

deleted AS (
    DELETE FROM blog_comments
    WHERE
        blog_comments.id = any(array(SELECT gone.id FROM gone))
        AND (SELECT count(*) FROM kept_replies) < :limit
    RETURNING blog_comments.id
),

moved AS (
    UPDATE blog_comments
    SET
        parent_id = nullif(:id, blog_comments.id),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE blog_comments.id = any(array(SELECT kept_replies.id FROM kept_replies))
    RETURNING blog_comments.id
)

SELECT
    (SELECT count(*) FROM deleted) AS blog_comments,
    (SELECT count(*) FROM emptied) AS blog_comments_emptied,
    (SELECT count(*) FROM moved) AS blog_comments_moved
WHERE
    CASE
        WHEN :in_batches OR (SELECT count(*) FROM picked) <= :limit THEN TRUE
        ELSE refuse_command('too_many', :limit::bigint::text) IS NULL
    END
