-- A review, first, and the replies below it, oldest first; of the hidden ones, those above one that is not. Served by the primary key
-- and the index on parent_id.
-- uses: services/thread_review
WITH RECURSIVE subtree AS (
    SELECT
        top.id,
        top.parent_id,
        top.deleted_at IS NOT NULL OR top.status <> 'approved' AS is_hidden,
        0 AS depth
    FROM services_reviews AS top
    WHERE top.id = :id
    UNION ALL
    SELECT
        reply.id,
        reply.parent_id,
        reply.is_hidden,
        subtree.depth + 1 AS depth
    FROM subtree
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                services_reviews.id,
                services_reviews.parent_id,
                services_reviews.deleted_at IS NOT NULL OR services_reviews.status <> 'approved' AS is_hidden
            FROM services_reviews
            WHERE
                services_reviews.parent_id = subtree.id
                AND services_reviews.id <> :id
            -- One lookup for each: the planner, which cannot know the depth, may else read the table for each level.
            OFFSET 0 -- noqa: AM09
        ) AS reply
),

kept AS (
    SELECT
        subtree.id,
        subtree.parent_id,
        subtree.depth
    FROM subtree
    WHERE
        NOT subtree.is_hidden
        OR :with_hidden::boolean -- when :with_hidden
    UNION
    SELECT
        parent.id,
        parent.parent_id,
        kept.depth - 1 AS depth
    FROM kept
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                services_reviews.id,
                services_reviews.parent_id
            FROM services_reviews
            WHERE
                services_reviews.id = kept.parent_id
                AND (services_reviews.deleted_at IS NOT NULL OR services_reviews.status <> 'approved')
            LIMIT 1 -- noqa: AM09
        ) AS parent
    WHERE kept.id <> :id
)

SELECT services_thread_review.*
FROM kept
INNER JOIN services_thread_review ON kept.id = services_thread_review.id
WHERE
    TRUE
    AND kept.depth <= :depth::integer -- when :depth
ORDER BY
    kept.depth > 0,
    services_thread_review.created_at,
    services_thread_review.id
