-- A review that the filters of the lists of reviews choose, for these and their counts.
-- uses: services/review_details
SELECT services_review_details.*
FROM services_review_details
WHERE
    TRUE
    AND services_review_details.status = :status -- when :status
    AND services_review_details.rating = :rating -- when :rating
