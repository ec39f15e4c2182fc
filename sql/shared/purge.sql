-- Delete nodes without replies that were deleted softly, the earliest first, by their index. Locked first, so that what is added until then is seen.
-- cost: each of those in front that has replies is read, in some four blocks.
-- names: nodes
SELECT set_config('concordia.purged', coalesce(json_agg(purged_nodes.id ORDER BY purged_nodes.id), '[]')::text, TRUE)
FROM (
    SELECT nodes.id
    FROM nodes
    WHERE
        nodes.deleted_at < :deleted_before
        AND NOT EXISTS (
            SELECT FROM nodes AS reply
            WHERE reply.parent_id = nodes.id AND reply.id <> nodes.id
            OFFSET 0 -- noqa: AM09
        )
    ORDER BY
        nodes.deleted_at ASC,
        nodes.id ASC
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
) AS purged_nodes;

DELETE FROM nodes
WHERE
    nodes.id = any(array(SELECT json_array_elements_text(current_setting('concordia.purged')::json)))
    AND NOT EXISTS (
        SELECT FROM nodes AS reply
        WHERE reply.parent_id = nodes.id AND reply.id <> nodes.id
        OFFSET 0 -- noqa: AM09
    )
