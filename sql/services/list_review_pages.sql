-- The first page of each listing's reviews, in the order of the listings given, each review with the first replies below it, to be linked.
-- Served by the indexes on service_id and the order where parent_id is null, and on parent_id, created_at, id.
-- uses: services/shown_review, services/thread_review
WITH RECURSIVE wanted AS (
    SELECT
        given.service_id,
        min(given.position) AS position
    FROM unnest(:service_ids::text[]) WITH ORDINALITY AS given (service_id, position)
    GROUP BY given.service_id
),

page AS (
    SELECT
        root.id,
        root.created_at,
        root.rating,
        wanted.service_id,
        0 AS depth,
        root.place
    FROM wanted
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            (
                SELECT
                    services_shown_review.id,
                    services_shown_review.created_at,
                    services_shown_review.rating,
                    row_number() OVER (ORDER BY services_shown_review.created_at ASC, services_shown_review.id ASC) AS place
                FROM services_shown_review
                WHERE
                    :sort::text = 'oldest'
                    AND services_shown_review.service_id = wanted.service_id
                    AND services_shown_review.parent_id IS NULL
                ORDER BY
                    services_shown_review.created_at ASC,
                    services_shown_review.id ASC
                LIMIT :limit::integer + 1
            )
            UNION ALL
            (
                SELECT
                    services_shown_review.id,
                    services_shown_review.created_at,
                    services_shown_review.rating,
                    row_number() OVER (ORDER BY services_shown_review.created_at DESC, services_shown_review.id DESC) AS place
                FROM services_shown_review
                WHERE
                    :sort::text = 'newest'
                    AND services_shown_review.service_id = wanted.service_id
                    AND services_shown_review.parent_id IS NULL
                ORDER BY
                    services_shown_review.created_at DESC,
                    services_shown_review.id DESC
                LIMIT :limit::integer + 1
            )
            UNION ALL
            (
                SELECT
                    services_shown_review.id,
                    services_shown_review.created_at,
                    services_shown_review.rating,
                    row_number() OVER (
                        ORDER BY
                            services_shown_review.rating DESC, services_shown_review.created_at DESC, services_shown_review.id DESC
                    ) AS place
                FROM services_shown_review
                WHERE
                    :sort::text = 'best'
                    AND services_shown_review.service_id = wanted.service_id
                    AND services_shown_review.parent_id IS NULL
                ORDER BY
                    services_shown_review.rating DESC,
                    services_shown_review.created_at DESC,
                    services_shown_review.id DESC
                LIMIT :limit::integer + 1
            )
        ) AS root
    UNION ALL
    SELECT
        reply.id,
        reply.created_at,
        NULL::integer AS rating,
        page.service_id,
        page.depth + 1 AS depth,
        NULL::bigint AS place
    FROM page
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                services_shown_review.id,
                services_shown_review.created_at
            FROM services_shown_review
            WHERE services_shown_review.parent_id = page.id
            ORDER BY
                services_shown_review.created_at ASC,
                services_shown_review.id ASC
            LIMIT :replies::integer
        ) AS reply
    WHERE
        page.depth < :depth::integer
        AND coalesce(page.place, 0) <= :limit::integer
)

SELECT
    wanted.service_id,
    (
        SELECT
            coalesce(
                json_agg(
                    review.*
                    ORDER BY page.depth, page.place, review.created_at, review.id
                ),
                '[]'
            )
        FROM page
        CROSS JOIN
            LATERAL ( -- noqa: ST05
                SELECT services_thread_review.*
                FROM services_thread_review
                WHERE services_thread_review.id = page.id
                LIMIT 1 -- noqa: AM09
            ) AS review
        WHERE
            page.service_id = wanted.service_id
            AND coalesce(page.place, 0) <= :limit::integer
    ) AS roots,
    (
        SELECT json_build_array(NULL, last_root.created_at, last_root.id, last_root.rating)::text
        FROM page AS last_root
        INNER JOIN page AS further ON last_root.service_id = further.service_id AND last_root.place + 1 = further.place
        WHERE
            last_root.service_id = wanted.service_id
            AND last_root.place = :limit::integer
    ) AS next
FROM wanted
ORDER BY wanted.position
