-- All reviews of a listing, oldest first, to be linked to trees. Served by the index on service_id, created_at, id.
-- cost: each review of the listing that is not approved is read too.
-- uses: services/review
SELECT services_review.*
FROM services_review
WHERE
    services_review.service_id = :service_id
    AND services_review.status = :status -- when :status
ORDER BY
    services_review.created_at,
    services_review.id
LIMIT :limit
