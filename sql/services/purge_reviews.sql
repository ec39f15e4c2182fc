-- Delete reviews without replies that were deleted softly, the longest ago first. Served by the index for it.
WITH purged_reviews AS (
    SELECT services_reviews.id
    FROM services_reviews
    WHERE
        services_reviews.deleted_at < :deleted_before
        AND NOT EXISTS (
            SELECT FROM services_reviews AS reply
            WHERE reply.parent_id = services_reviews.id AND reply.id <> services_reviews.id
        )
    ORDER BY
        services_reviews.deleted_at ASC,
        services_reviews.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM services_reviews
USING purged_reviews
WHERE services_reviews.id = purged_reviews.id
