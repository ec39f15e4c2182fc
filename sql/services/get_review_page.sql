-- A page of a listing's reviews or, behind a cursor that names a review, of its replies; each with the first replies below it, to be
-- linked. Served by the indexes on service_id and the order where parent_id is null, and on parent_id, created_at, id.
-- uses: services/shown_review, services/thread_review
WITH RECURSIVE page AS (
    SELECT
        root.id,
        root.parent_id,
        root.created_at,
        root.rating,
        0 AS depth,
        root.place
    FROM ( -- noqa: ST05
        (
            SELECT
                services_shown_review.id,
                services_shown_review.parent_id,
                services_shown_review.created_at,
                services_shown_review.rating,
                row_number() OVER (ORDER BY services_shown_review.created_at ASC, services_shown_review.id ASC) AS place
            FROM services_shown_review
            WHERE
                :sort::text = 'oldest'
                AND (:after::json ->> 0) IS NULL
                AND services_shown_review.service_id = :service_id
                AND services_shown_review.parent_id IS NULL
                AND (services_shown_review.created_at, services_shown_review.id) -- when :after
                > ((:after::json ->> 1)::timestamp, :after::json ->> 2) -- when :after
            ORDER BY
                services_shown_review.created_at ASC,
                services_shown_review.id ASC
            LIMIT :limit::integer + 1
        )
        UNION ALL
        (
            SELECT
                services_shown_review.id,
                services_shown_review.parent_id,
                services_shown_review.created_at,
                services_shown_review.rating,
                row_number() OVER (ORDER BY services_shown_review.created_at DESC, services_shown_review.id DESC) AS place
            FROM services_shown_review
            WHERE
                :sort::text = 'newest'
                AND (:after::json ->> 0) IS NULL
                AND services_shown_review.service_id = :service_id
                AND services_shown_review.parent_id IS NULL
                AND (services_shown_review.created_at, services_shown_review.id) -- when :after
                < ((:after::json ->> 1)::timestamp, :after::json ->> 2) -- when :after
            ORDER BY
                services_shown_review.created_at DESC,
                services_shown_review.id DESC
            LIMIT :limit::integer + 1
        )
        UNION ALL
        (
            SELECT
                services_shown_review.id,
                services_shown_review.parent_id,
                services_shown_review.created_at,
                services_shown_review.rating,
                row_number() OVER (
                    ORDER BY
                        services_shown_review.rating DESC, services_shown_review.created_at DESC, services_shown_review.id DESC
                ) AS place
            FROM services_shown_review
            WHERE
                :sort::text = 'best'
                AND (:after::json ->> 0) IS NULL
                AND services_shown_review.service_id = :service_id
                AND services_shown_review.parent_id IS NULL
                AND (services_shown_review.rating, services_shown_review.created_at, services_shown_review.id) -- when :after
                < ((:after::json ->> 3)::integer, (:after::json ->> 1)::timestamp, :after::json ->> 2) -- when :after
            ORDER BY
                services_shown_review.rating DESC,
                services_shown_review.created_at DESC,
                services_shown_review.id DESC
            LIMIT :limit::integer + 1
        )
        UNION ALL
        (
            SELECT
                services_shown_review.id,
                services_shown_review.parent_id,
                services_shown_review.created_at,
                services_shown_review.rating,
                row_number() OVER (ORDER BY services_shown_review.created_at ASC, services_shown_review.id ASC) AS place
            FROM services_shown_review
            WHERE
                services_shown_review.parent_id = :after::json ->> 0
                AND services_shown_review.id <> :after::json ->> 0
                AND (services_shown_review.created_at, services_shown_review.id)
                > (coalesce((:after::json ->> 1)::timestamp, '-infinity'), coalesce(:after::json ->> 2, ''))
            ORDER BY
                services_shown_review.created_at ASC,
                services_shown_review.id ASC
            LIMIT :limit::integer + 1
        )
    ) AS root
    UNION ALL
    SELECT
        reply.id,
        reply.parent_id,
        reply.created_at,
        NULL::integer AS rating,
        page.depth + 1 AS depth,
        NULL::bigint AS place
    FROM page
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                services_shown_review.id,
                services_shown_review.parent_id,
                services_shown_review.created_at
            FROM services_shown_review
            WHERE
                services_shown_review.parent_id = page.id
                AND services_shown_review.id IS DISTINCT FROM :after::json ->> 0
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
    :service_id::text AS service_id,
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
        WHERE coalesce(page.place, 0) <= :limit::integer
    ) AS roots,
    (
        SELECT json_build_array(last_root.parent_id, last_root.created_at, last_root.id, last_root.rating)::text
        FROM page AS last_root
        INNER JOIN page AS further ON last_root.place + 1 = further.place
        WHERE last_root.place = :limit::integer
    ) AS next
