-- The reviews of one status, oldest first. Served by the index on status, created_at, id.
-- uses: services/review_details
SELECT
    services_review_details.*,
    json_build_array(services_review_details.created_at, services_review_details.id)::text AS cursor
FROM services_review_details
WHERE
    services_review_details.status = :status
    AND (services_review_details.created_at, services_review_details.id) > ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    services_review_details.created_at,
    services_review_details.id
LIMIT :limit
