-- A review, first, and all replies below it, oldest first. Served by the primary key and the index on parent_id.
-- uses: services/review
WITH RECURSIVE thread AS (
    SELECT services_review.id
    FROM services_review
    WHERE services_review.id = :id
    UNION
    SELECT reply.id
    FROM thread
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                services_review.id,
                services_review.status
            FROM services_review
            WHERE
                services_review.parent_id = thread.id
                AND services_review.id <> :id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE
        TRUE
        AND reply.status = :status -- when :status
)

SELECT services_review.*
FROM services_review
WHERE services_review.id = any(array(SELECT thread.id FROM thread LIMIT :limit)) -- noqa: AM09
ORDER BY
    services_review.id = :id DESC,
    services_review.created_at ASC,
    services_review.id ASC
