-- Delete a review, and as the caller chooses delete those below it too, or leave an empty node in the thread. In batches, at most `limit` of
-- those below it go at once, and the review with the last of them; until then, replies to what is gone are put below it.
SELECT services_listings.id
FROM services_listings
INNER JOIN services_reviews ON services_listings.id = services_reviews.service_id
WHERE services_reviews.id = :id
FOR UPDATE OF services_listings;

SELECT refuse_command('has_replies')
WHERE
    :replies::text = 'refuse'
    AND EXISTS (
        SELECT FROM services_reviews
        WHERE services_reviews.parent_id = :id AND services_reviews.id <> :id
    );

WITH RECURSIVE emptied AS (
    UPDATE services_reviews
    SET
        author_name = '',
        author_email = '',
        author_id = NULL,
        content = '""',
        rating = 0,
        deleted_at = coalesce(services_reviews.deleted_at, timezone('UTC', statement_timestamp())),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE
        :replies::text = 'tombstone'
        AND services_reviews.id = :id
        AND EXISTS (
            SELECT FROM services_reviews AS reply
            WHERE reply.parent_id = services_reviews.id AND reply.id <> services_reviews.id
        )
        AND (services_reviews.author_email <> '' OR services_reviews.content <> '""')
    RETURNING services_reviews.id
),

below AS (
    SELECT services_reviews.id
    FROM services_reviews
    WHERE
        services_reviews.id = :id
        AND (
            :replies::text <> 'tombstone'
            OR NOT EXISTS (
                SELECT FROM services_reviews AS reply
                WHERE reply.parent_id = :id AND reply.id <> :id
            )
        )
    UNION
    SELECT reply.id
    FROM below
    CROSS JOIN
        LATERAL (
            SELECT services_reviews.id
            FROM services_reviews
            WHERE services_reviews.parent_id = below.id
            OFFSET 0 -- noqa: AM09
        ) AS reply
),

picked AS MATERIALIZED (
    SELECT below.id
    FROM below
    LIMIT :limit::bigint + 1 -- noqa: AM09
),

gone AS MATERIALIZED (
    SELECT picked.id
    FROM picked
    WHERE picked.id <> :id OR (SELECT count(counted.id) FROM picked AS counted) <= :limit
),

kept_replies AS MATERIALIZED (
    SELECT reply.id
    FROM gone
    CROSS JOIN
        LATERAL (
            SELECT services_reviews.id
            FROM services_reviews
            WHERE services_reviews.parent_id = gone.id
            OFFSET 0 -- noqa: AM09
        ) AS reply
    WHERE reply.id NOT IN (SELECT other.id FROM gone AS other)
    LIMIT :limit -- noqa: AM09
),

deleted AS (
    DELETE FROM services_reviews
    WHERE
        services_reviews.id = any(array(SELECT gone.id FROM gone))
        AND (SELECT count(*) FROM kept_replies) < :limit
    RETURNING services_reviews.id
),

moved AS (
    UPDATE services_reviews
    SET
        parent_id = nullif(:id, services_reviews.id),
        updated_at = timezone('UTC', statement_timestamp())
    WHERE services_reviews.id = any(array(SELECT kept_replies.id FROM kept_replies))
    RETURNING services_reviews.id
)

SELECT
    (SELECT count(*) FROM deleted) AS services_reviews,
    (SELECT count(*) FROM emptied) AS services_reviews_emptied,
    (SELECT count(*) FROM moved) AS services_reviews_moved
WHERE
    CASE
        WHEN :in_batches OR (SELECT count(*) FROM picked) <= :limit THEN TRUE
        ELSE refuse_command('too_many', :limit::bigint::text) IS NULL
    END
