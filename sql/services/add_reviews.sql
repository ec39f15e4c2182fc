-- Add reviews, each after the one that it replies to.
SELECT services_listings.id
FROM services_listings
WHERE services_listings.id IN (SELECT given.service_id FROM jsonb_to_recordset(:reviews::jsonb) AS given (service_id text))
ORDER BY services_listings.id
FOR SHARE;

SELECT
    refuse_command(
        CASE
            WHEN services_listings.deleted_at IS NOT NULL OR services_listings.status = 'deleted' THEN 'deleted_service'
            ELSE 'reviews_closed'
        END,
        (given.number - 1)::text
    )
FROM jsonb_array_elements(:reviews::jsonb) WITH ORDINALITY AS given (review, number)
INNER JOIN services_listings ON services_listings.id = given.review ->> 'service_id'
WHERE
    services_listings.deleted_at IS NOT NULL
    OR services_listings.status = 'deleted'
    OR NOT (services_listings.allow_reviews OR :even_if_closed::boolean)
ORDER BY given.number
LIMIT 1;

WITH reply AS MATERIALIZED (
    SELECT
        given.number,
        given.review ->> 'id' AS id,
        given.review ->> 'service_id' AS service_id,
        given.review ->> 'parent_id' AS parent_id
    FROM jsonb_array_elements(:reviews::jsonb) WITH ORDINALITY AS given (review, number)
),

parent AS (
    SELECT
        reply.id,
        reply.service_id,
        reply.number
    FROM reply
    UNION ALL
    SELECT
        services_reviews.id,
        services_reviews.service_id,
        0 AS number
    FROM services_reviews
    WHERE services_reviews.id IN (SELECT reply.parent_id FROM reply)
)

SELECT
    refuse_command(
        CASE WHEN parent.service_id <> reply.service_id THEN 'parent_of_another_service' ELSE 'parent_after' END,
        (reply.number - 1)::text
    )
FROM reply
INNER JOIN parent ON reply.parent_id = parent.id
WHERE
    parent.service_id <> reply.service_id
    OR parent.number >= reply.number
ORDER BY reply.number
LIMIT 1;

INSERT INTO services_reviews (
    id,
    service_id,
    parent_id,
    author_name,
    author_email,
    author_id,
    content,
    rating,
    status,
    in_language,
    created_at,
    updated_at
)
SELECT
    given.id,
    given.service_id,
    given.parent_id,
    given.author_name,
    given.author_email,
    given.author_id,
    given.content,
    given.rating,
    given.status,
    given.in_language,
    -- A microsecond apart, so that they stay in the order given.
    timezone('UTC', statement_timestamp()) + (item.number - 1) * '1 microsecond'::interval AS created_at,
    timezone('UTC', statement_timestamp()) AS updated_at
FROM jsonb_array_elements(:reviews::jsonb) WITH ORDINALITY AS item (review, number)
CROSS JOIN jsonb_populate_record(NULL::services_reviews, item.review) AS given
