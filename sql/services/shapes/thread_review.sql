-- A review, shown or hidden (deleted, not approved, or of a hidden listing), a hidden one without what its author wrote unless it is asked for.
-- uses: services/hidden_listing, services/shown_review
SELECT
    services_reviews.id,
    services_reviews.service_id,
    services_reviews.parent_id,
    services_reviews.status,
    services_reviews.in_language,
    services_reviews.deleted_at,
    services_reviews.created_at,
    services_reviews.updated_at,
    services_reviews.ctid AS place,
    state.is_hidden,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN services_reviews.author_name END AS author_name,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN services_reviews.author_email END AS author_email,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN services_reviews.author_id END AS author_id,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN services_reviews.content END AS content,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN services_reviews.rating END AS rating,
    (
        SELECT count(*)
        FROM (
            SELECT services_shown_review.id
            FROM services_shown_review
            WHERE services_shown_review.parent_id = services_reviews.id
            ORDER BY
                services_shown_review.created_at ASC,
                services_shown_review.id ASC
            LIMIT 1000
        ) AS counted
    ) AS reply_count
FROM services_reviews
LEFT JOIN
    LATERAL ( -- noqa: ST05
        SELECT services_hidden_listing.id
        FROM services_hidden_listing
        WHERE
            services_hidden_listing.id = services_reviews.service_id
            AND services_reviews.service_id IS DISTINCT FROM :service_id::text
        -- One lookup for each: the planner may else read the table for a few rows. The listing asked for is looked up once.
        OFFSET 0 -- noqa: AM09
    ) AS gone
    ON TRUE
CROSS JOIN
    LATERAL ( -- noqa: ST05
        SELECT
            services_reviews.deleted_at IS NOT NULL
            OR services_reviews.status <> 'approved'
            OR gone.id IS NOT NULL
            OR (
                services_reviews.service_id = :service_id::text
                AND EXISTS (
                    SELECT services_hidden_listing.id
                    FROM services_hidden_listing
                    WHERE services_hidden_listing.id = :service_id::text
                )
            ) AS is_hidden
    ) AS state
