-- One review by its id, or none. Served by the primary key.
-- uses: services/review_details
SELECT services_review_details.*
FROM services_review_details
WHERE services_review_details.id = :id
