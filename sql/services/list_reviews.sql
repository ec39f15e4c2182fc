-- The reviews of a listing, newest first. Served by the index on service_id, created_at, id.
-- uses: services/review
SELECT
    services_review.*,
    json_build_array(services_review.created_at, services_review.id)::text AS cursor
FROM services_review
WHERE
    services_review.service_id = :service_id
    AND services_review.status = :status -- when :status
    AND services_review.rating = :rating -- when :rating
    AND (services_review.created_at, services_review.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    services_review.created_at DESC,
    services_review.id DESC
LIMIT :limit
