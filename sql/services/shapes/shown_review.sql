-- The position of each review that a thread shows: a review that is neither deleted nor unapproved, or
-- that has such a review below it; none of a deleted listing.
SELECT
    services_reviews.id,
    services_reviews.service_id,
    services_reviews.parent_id,
    services_reviews.created_at,
    services_reviews.rating,
    json_build_array(services_reviews.parent_id, services_reviews.created_at, services_reviews.id, services_reviews.rating) AS cursor
FROM services_reviews
WHERE
    :with_hidden::boolean
    OR (
        -- One lookup for each, here and below: the planner, which cannot know the depth, may else read the table for each level.
        NOT EXISTS (
            SELECT owner.id
            FROM services_listings AS owner
            WHERE
                owner.id = services_reviews.service_id
                AND (owner.deleted_at IS NOT NULL OR owner.status = 'deleted')
            OFFSET 0 -- noqa: AM09
        )
        AND (
            (services_reviews.deleted_at IS NULL AND services_reviews.status = 'approved')
            OR EXISTS (
                WITH RECURSIVE below AS (
                    SELECT
                        reply.id,
                        reply.deleted_at IS NOT NULL
                        OR reply.status <> 'approved'
                        OR EXISTS (
                            SELECT owner.id
                            FROM services_listings AS owner
                            WHERE
                                owner.id = reply.service_id
                                AND (owner.deleted_at IS NOT NULL OR owner.status = 'deleted')
                            OFFSET 0 -- noqa: AM09
                        ) AS is_hidden
                    FROM services_reviews AS reply
                    WHERE reply.parent_id = services_reviews.id
                    UNION
                    SELECT
                        reply.id,
                        reply.is_hidden
                    FROM below
                    CROSS JOIN
                        LATERAL ( -- noqa: ST05
                            SELECT
                                services_reviews.id,
                                services_reviews.deleted_at IS NOT NULL
                                OR services_reviews.status <> 'approved'
                                OR EXISTS (
                                    SELECT owner.id
                                    FROM services_listings AS owner
                                    WHERE
                                        owner.id = services_reviews.service_id
                                        AND (owner.deleted_at IS NOT NULL OR owner.status = 'deleted')
                                    OFFSET 0 -- noqa: AM09
                                ) AS is_hidden
                            FROM services_reviews
                            WHERE services_reviews.parent_id = below.id
                            OFFSET 0 -- noqa: AM09
                        ) AS reply
                    WHERE below.is_hidden
                )

                SELECT below.id
                FROM below
                WHERE NOT below.is_hidden
            )
        )
    )
