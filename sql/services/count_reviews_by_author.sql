-- How many reviews an author has written. Served by the index on author_id.
-- uses: services/review
SELECT count(*) AS count
FROM (
    SELECT services_review.id
    FROM services_review
    WHERE
        services_review.author_id = :author_id
        AND services_review.status = :status -- when :status
    LIMIT :at_most -- noqa: AM09
) AS counted
