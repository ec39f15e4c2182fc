-- Delete reviews without replies that were deleted softly, the earliest first. Served by the index
-- for it. The rows are locked first, so that the next statement sees what was added until then.
SELECT set_config('concordia.purged', coalesce(json_agg(purged_reviews.id ORDER BY purged_reviews.id), '[]')::text, TRUE)
FROM (
    SELECT services_reviews.id
    FROM services_reviews
    WHERE
        services_reviews.deleted_at < :deleted_before
        AND NOT EXISTS (
            SELECT FROM services_reviews AS reply
            WHERE reply.parent_id = services_reviews.id AND reply.id <> services_reviews.id
            OFFSET 0 -- noqa: AM09
        )
    ORDER BY
        services_reviews.deleted_at ASC,
        services_reviews.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
) AS purged_reviews;

DELETE FROM services_reviews
WHERE
    services_reviews.id = any(array(SELECT json_array_elements_text(current_setting('concordia.purged')::json)))
    AND NOT EXISTS (
        SELECT FROM services_reviews AS reply
        WHERE reply.parent_id = services_reviews.id AND reply.id <> services_reviews.id
        OFFSET 0 -- noqa: AM09
    )
