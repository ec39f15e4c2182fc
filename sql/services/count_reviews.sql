-- How many reviews a listing has. Served by the index on service_id, created_at, id.
-- uses: services/review
SELECT count(*) AS count
FROM (
    SELECT services_review.id
    FROM services_review
    WHERE
        services_review.service_id = :service_id
        AND services_review.status = :status -- when :status
        AND services_review.rating = :rating -- when :rating
    LIMIT :at_most -- noqa: AM09
) AS counted
