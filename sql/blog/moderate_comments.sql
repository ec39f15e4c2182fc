-- Set the status of comments that still have the one seen and return them in the order given.
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
        updated_at = timezone('UTC', statement_timestamp())
    FROM seen
    WHERE
        blog_comments.id = seen.id
        AND blog_comments.status = seen.status
        AND blog_comments.deleted_at IS NULL
    RETURNING
        blog_comments.*,
        seen.number
)

SELECT moderated.*
FROM moderated
ORDER BY moderated.number
