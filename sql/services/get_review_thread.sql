-- A review, first, and all replies below it, oldest first. Served by the primary key and the index on parent_id.
-- uses: services/review
WITH RECURSIVE thread AS (
    SELECT services_review.id
    FROM services_review
    WHERE services_review.id = :id
    UNION
    SELECT services_review.id
    FROM thread
    INNER JOIN services_review ON thread.id = services_review.parent_id
    WHERE
        TRUE
        AND services_review.status = :status -- when :status
)

SELECT services_review.*
FROM services_review
WHERE services_review.id IN (SELECT thread.id FROM thread)
ORDER BY
    services_review.id = :id DESC,
    services_review.created_at ASC,
    services_review.id ASC
