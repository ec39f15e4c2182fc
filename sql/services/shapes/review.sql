-- A review that is approved and of an active listing, unless others are asked for, with its author; none that is deleted.
-- uses: services/readable_listing, auth/public_user
SELECT
    services_reviews.id,
    services_reviews.service_id,
    services_reviews.parent_id,
    services_reviews.author_name,
    services_reviews.author_email,
    services_reviews.author_id,
    services_reviews.content,
    services_reviews.rating,
    services_reviews.status,
    services_reviews.in_language,
    services_reviews.deleted_at,
    services_reviews.created_at,
    services_reviews.updated_at,
    (
        SELECT to_json(auth_public_user.*)
        FROM auth_public_user
        WHERE auth_public_user.id = services_reviews.author_id
    ) AS author
FROM services_reviews
INNER JOIN services_readable_listing ON services_reviews.service_id = services_readable_listing.id
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no such row, which it would then sort.
    coalesce(services_reviews.deleted_at IS NULL, FALSE)
    AND (
        coalesce(services_reviews.status = 'approved', FALSE)
        OR :with_unpublished::boolean -- when :with_unpublished
    )
