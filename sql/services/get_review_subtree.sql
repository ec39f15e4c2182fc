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
        reply.deleted_at IS NOT NULL OR reply.status <> 'approved' AS is_hidden,
        subtree.depth + 1 AS depth
    FROM subtree
    INNER JOIN services_reviews AS reply ON subtree.id = reply.parent_id
    WHERE reply.id <> :id
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
    INNER JOIN services_reviews AS parent ON kept.parent_id = parent.id
    WHERE
        (parent.deleted_at IS NOT NULL OR parent.status <> 'approved')
        AND kept.id <> :id
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
