-- How many reviews have a status. Served by the index on status, created_at, id.
-- uses: services/review
SELECT count(*) AS count
FROM (
    SELECT services_review.id
    FROM services_review
    WHERE services_review.status = :status
    LIMIT :at_most -- noqa: AM09
) AS counted
