-- A review, neither deleted nor of a deleted listing, unless these are asked for, with its author.
-- uses: auth/public_user
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
LEFT JOIN services_listings ON services_reviews.service_id = services_listings.id
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no row with a NULL, which it would then sort.
    coalesce(services_reviews.deleted_at IS NULL, FALSE)
    AND (
        (coalesce(services_listings.deleted_at IS NULL, FALSE) AND services_listings.status IS DISTINCT FROM 'deleted')
        OR :of_deleted::boolean -- when :of_deleted
    )
