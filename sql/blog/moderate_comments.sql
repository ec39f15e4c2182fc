-- Set the status of comments that still have the one seen, and give those back in the order given.
SELECT blog_comments.id
FROM blog_comments
INNER JOIN jsonb_to_recordset(:seen::jsonb) AS seen (id text) ON blog_comments.id = seen.id
ORDER BY blog_comments.id
FOR UPDATE OF blog_comments;

WITH seen AS MATERIALIZED (
    SELECT
        given.number,
        given.comment ->> 'id' AS id,
        given.comment ->> 'status' AS status
    FROM jsonb_array_elements(:seen::jsonb) WITH ORDINALITY AS given (comment, number)
),

moderated AS (
    UPDATE blog_comments
    SET
        status = :status,
        updated_at = timezone('UTC', now())
    FROM seen
    WHERE
        blog_comments.id = seen.id
        AND blog_comments.status = seen.status
        AND blog_comments.deleted_at IS NULL
    RETURNING
        blog_comments.id,
        blog_comments.post_id,
        blog_comments.parent_id,
        blog_comments.author_name,
        blog_comments.author_email,
        blog_comments.content,
        blog_comments.rating,
        blog_comments.status,
        blog_comments.in_language,
        blog_comments.deleted_at,
        blog_comments.created_at,
        blog_comments.updated_at,
        seen.number
)

SELECT
    moderated.id,
    moderated.post_id,
    moderated.parent_id,
    moderated.author_name,
    moderated.author_email,
    moderated.content,
    moderated.rating,
    moderated.status,
    moderated.in_language,
    moderated.deleted_at,
    moderated.created_at,
    moderated.updated_at
FROM moderated
ORDER BY moderated.number
