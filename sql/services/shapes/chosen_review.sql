-- A review that the filters of the lists of reviews choose, for these and their counts. Compared with the status, the index on it has the order.
-- uses: services/review_details
SELECT services_review_details.*
FROM services_review_details
WHERE
    (
        services_review_details.status = 'approved'
        OR :with_unpublished::boolean -- when :with_unpublished
    )
    AND services_review_details.status = :status -- when :status
    AND services_review_details.rating = :rating -- when :rating
