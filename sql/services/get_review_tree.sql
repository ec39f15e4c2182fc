-- The reviews of a listing and, of the hidden ones, those above one that is not, oldest first, to be linked to trees. A depth counts
-- from the reviews that reply to none of the listing. Served by the indexes on service_id, created_at, id and on parent_id.
-- uses: services/thread_review
WITH RECURSIVE kept AS (
    SELECT
        services_reviews.id,
        services_reviews.parent_id
    FROM services_reviews
    WHERE
        services_reviews.service_id = :service_id
        AND (
            (services_reviews.deleted_at IS NULL AND services_reviews.status = 'approved')
            OR :with_hidden::boolean -- when :with_hidden
        )
    UNION
    SELECT
        parent.id,
        parent.parent_id
    FROM kept
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                services_reviews.id,
                services_reviews.parent_id
            FROM services_reviews
            WHERE
                services_reviews.id = kept.parent_id
                AND services_reviews.service_id = :service_id
                AND (services_reviews.deleted_at IS NOT NULL OR services_reviews.status <> 'approved')
            LIMIT 1 -- noqa: AM09
        ) AS parent
),

leveled AS (
    SELECT
        root.id,
        0 AS depth
    FROM services_reviews AS root
    LEFT JOIN services_reviews AS parent ON root.parent_id = parent.id AND root.service_id = parent.service_id
    WHERE
        root.service_id = :service_id
        AND parent.id IS NULL
    UNION ALL
    SELECT
        reply.id,
        leveled.depth + 1 AS depth
    FROM leveled
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT services_reviews.id
            FROM services_reviews
            WHERE
                services_reviews.parent_id = leveled.id
                AND services_reviews.service_id = :service_id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE leveled.depth < :depth::integer
)

SELECT services_thread_review.*
FROM kept
INNER JOIN services_thread_review ON kept.id = services_thread_review.id
WHERE
    TRUE
    AND kept.id IN (SELECT leveled.id FROM leveled) -- when :depth
ORDER BY
    services_thread_review.created_at,
    services_thread_review.id
