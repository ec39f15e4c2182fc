-- The reviews of an author, newest first. Served by the index on author_id, created_at, id.
-- uses: services/review_details
SELECT
    services_review_details.*,
    json_build_array(services_review_details.created_at, services_review_details.id)::text AS cursor
FROM services_review_details
WHERE
    services_review_details.author_id = :author_id
    AND services_review_details.status = :status -- when :status
    AND (services_review_details.created_at, services_review_details.id) < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
ORDER BY
    services_review_details.created_at DESC,
    services_review_details.id DESC
LIMIT :limit
