-- A review that is shown and those above it, the uppermost first. Served by the primary key.
-- uses: services/shown_review, services/thread_review
WITH RECURSIVE climbed AS (
    SELECT
        services_shown_review.id,
        services_shown_review.parent_id,
        0 AS height
    FROM services_shown_review
    WHERE services_shown_review.id = :id
    UNION ALL
    SELECT
        parent.id,
        parent.parent_id,
        climbed.height + 1 AS height
    FROM climbed
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                services_reviews.id,
                services_reviews.parent_id
            FROM services_reviews
            WHERE services_reviews.id = climbed.parent_id
            LIMIT 1 -- noqa: AM09
        ) AS parent
    WHERE climbed.height < 10000
),

path AS (
    SELECT
        climbed.id,
        min(climbed.height) AS height
    FROM climbed
    GROUP BY climbed.id
)

SELECT services_thread_review.*
FROM path
INNER JOIN services_thread_review ON path.id = services_thread_review.id
ORDER BY
    path.height DESC,
    services_thread_review.id ASC
