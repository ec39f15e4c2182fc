-- A review, not deleted, with its author, its service and its parent.
-- uses: services/listing, services/review
SELECT
    services_review.*,
    (
        SELECT to_json(services_listing.*)
        FROM services_listing
        WHERE services_listing.id = services_review.service_id
    ) AS service,
    (
        SELECT to_json(parent.*)
        FROM services_review AS parent
        WHERE parent.id = services_review.parent_id
    ) AS parent
FROM services_review
