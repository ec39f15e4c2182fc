-- Add comments, each after the one that it replies to.
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id IN (SELECT given.post_id FROM jsonb_to_recordset(:comments::jsonb) AS given (post_id text))
ORDER BY blog_posts.id
FOR SHARE;

SELECT
    refuse_command(
        CASE
            WHEN blog_posts.deleted_at IS NOT NULL OR blog_posts.status = 'deleted' THEN 'deleted_post'
            ELSE 'comments_closed'
        END,
        (given.number - 1)::text
    )
FROM jsonb_array_elements(:comments::jsonb) WITH ORDINALITY AS given (comment, number)
INNER JOIN blog_posts ON blog_posts.id = given.comment ->> 'post_id'
WHERE
    blog_posts.deleted_at IS NOT NULL
    OR blog_posts.status = 'deleted'
    OR NOT (blog_posts.allow_comments OR :even_if_closed::boolean)
ORDER BY given.number
LIMIT 1;

WITH reply AS MATERIALIZED (
    SELECT
        given.number,
        given.comment ->> 'id' AS id,
        given.comment ->> 'post_id' AS post_id,
        given.comment ->> 'parent_id' AS parent_id
    FROM jsonb_array_elements(:comments::jsonb) WITH ORDINALITY AS given (comment, number)
),

parent AS (
    SELECT
        reply.id,
        reply.post_id,
        reply.number
    FROM reply
    UNION ALL
    SELECT
        blog_comments.id,
        blog_comments.post_id,
        0 AS number
    FROM blog_comments
    WHERE blog_comments.id IN (SELECT reply.parent_id FROM reply)
)

SELECT
    refuse_command(
        CASE WHEN parent.post_id <> reply.post_id THEN 'parent_of_another_post' ELSE 'parent_after' END,
        (reply.number - 1)::text
    )
FROM reply
INNER JOIN parent ON reply.parent_id = parent.id
WHERE
    parent.post_id <> reply.post_id
    OR parent.number >= reply.number
ORDER BY reply.number
LIMIT 1;

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
)
SELECT
    given.id,
    given.post_id,
    given.parent_id,
    given.author_name,
    given.author_email,
    given.content,
    given.rating,
    given.status,
    given.in_language,
    -- A microsecond apart, so that they stay in the order given.
    timezone('UTC', statement_timestamp()) + (item.number - 1) * '1 microsecond'::interval AS created_at,
    timezone('UTC', statement_timestamp()) AS updated_at
FROM jsonb_array_elements(:comments::jsonb) WITH ORDINALITY AS item (comment, number)
CROSS JOIN jsonb_populate_record(NULL::blog_comments, item.comment) AS given
