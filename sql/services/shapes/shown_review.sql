-- The position of each review that a thread shows: a review that is neither deleted nor unapproved, or
-- that has such a review below it; none of a hidden listing.
-- uses: services/hidden_listing
SELECT
    services_reviews.id,
    services_reviews.service_id,
    services_reviews.parent_id,
    services_reviews.created_at,
    services_reviews.rating,
    services_reviews.ctid AS place,
    json_build_array(services_reviews.parent_id, services_reviews.created_at, services_reviews.id, services_reviews.rating) AS cursor
FROM services_reviews
WHERE
    :with_hidden::boolean
    OR (
        -- One lookup for each, here and below: the planner, which cannot know the depth, may else read the table for each level.
        -- The listing asked for is looked up once.
        CASE
            WHEN services_reviews.service_id = :service_id::text
                THEN NOT EXISTS (
                    SELECT services_hidden_listing.id
                    FROM services_hidden_listing
                    WHERE services_hidden_listing.id = :service_id::text
                )
            ELSE NOT EXISTS (
                SELECT services_hidden_listing.id
                FROM services_hidden_listing
                WHERE services_hidden_listing.id = services_reviews.service_id
                OFFSET 0 -- noqa: AM09
            )
        END
        AND (
            (services_reviews.deleted_at IS NULL AND services_reviews.status = 'approved')
            OR EXISTS (
                WITH RECURSIVE reached AS (
                    SELECT
                        services_reviews.id,
                        TRUE AS is_hidden
                    UNION
                    SELECT
                        reply.id,
                        reply.is_hidden
                    FROM reached
                    CROSS JOIN
                        LATERAL ( -- noqa: ST05
                            SELECT
                                services_reviews.id,
                                services_reviews.deleted_at IS NOT NULL
                                OR services_reviews.status <> 'approved'
                                OR EXISTS (
                                    SELECT services_hidden_listing.id
                                    FROM services_hidden_listing
                                    WHERE services_hidden_listing.id = services_reviews.service_id
                                    OFFSET 0 -- noqa: AM09
                                ) AS is_hidden
                            FROM services_reviews
                            WHERE services_reviews.parent_id = reached.id
                            OFFSET 0 -- noqa: AM09
                        ) AS reply
                    WHERE reached.is_hidden
                )

                SELECT reached.id
                FROM reached
                WHERE NOT reached.is_hidden
            )
        )
    )
