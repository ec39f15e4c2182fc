-- A page of a thread or, after a cursor that names a node, of its replies; each with the first replies below it, to be linked. Served by
-- the indexes on subject_id and the order where parent_id is null, and on parent_id, created_at, id.
-- cost: each hidden node of the thread before the end of the page is read, in some three blocks.
-- uses: $shown, $node
-- names: subject_id
WITH RECURSIVE page AS (
    SELECT
        root.id,
        root.cursor,
        root.place,
        root.created_at,
        0 AS depth,
        root.position
    FROM ( -- noqa: ST05
        (
            SELECT
                shown.id,
                shown.cursor,
                shown.place,
                shown.created_at,
                row_number() OVER (
                    ORDER BY
                        shown.rating DESC, -- when :sort = 'best'
                        shown.created_at DESC, -- when :sort = 'best'
                        shown.id DESC, -- when :sort = 'best'
                        shown.created_at DESC, -- when :sort = 'newest'
                        shown.id DESC, -- when :sort = 'newest'
                        shown.created_at ASC, -- when :sort = 'oldest'
                        shown.id ASC
                ) AS position
            FROM shown
            WHERE
                (:after::json ->> 0) IS NULL
                AND shown.subject_id = :subject_id
                AND shown.parent_id IS NULL
                AND (shown.created_at, shown.id) -- when :after and :sort = 'oldest'
                > ((:after::json ->> 1)::timestamp, :after::json ->> 2) -- when :after and :sort = 'oldest'
                AND (shown.created_at, shown.id) -- when :after and :sort = 'newest'
                < ((:after::json ->> 1)::timestamp, :after::json ->> 2) -- when :after and :sort = 'newest'
                AND (shown.rating, shown.created_at, shown.id) -- when :after and :sort = 'best'
                < ((:after::json ->> 3)::integer, (:after::json ->> 1)::timestamp, :after::json ->> 2) -- when :after and :sort = 'best'
            ORDER BY
                shown.rating DESC, -- when :sort = 'best'
                shown.created_at DESC, -- when :sort = 'best'
                shown.id DESC, -- when :sort = 'best'
                shown.created_at DESC, -- when :sort = 'newest'
                shown.id DESC, -- when :sort = 'newest'
                shown.created_at ASC, -- when :sort = 'oldest'
                shown.id ASC
            LIMIT :limit::integer + 1
        )
        UNION ALL
        (
            SELECT
                shown.id,
                shown.cursor,
                shown.place,
                shown.created_at,
                row_number() OVER (ORDER BY shown.created_at ASC, shown.id ASC) AS position
            FROM shown
            WHERE
                shown.parent_id = :after::json ->> 0
                AND shown.id <> :after::json ->> 0
                AND (shown.created_at, shown.id)
                > (coalesce((:after::json ->> 1)::timestamp, '-infinity'), coalesce(:after::json ->> 2, ''))
            ORDER BY
                shown.created_at ASC,
                shown.id ASC
            LIMIT :limit::integer + 1
        )
    ) AS root
    UNION ALL
    SELECT
        reply.id,
        NULL::json AS cursor,
        reply.place,
        reply.created_at,
        page.depth + 1 AS depth,
        NULL::bigint AS position
    FROM page
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                shown.id,
                shown.created_at,
                shown.place
            FROM shown
            WHERE
                shown.parent_id = page.id
                AND shown.id IS DISTINCT FROM :after::json ->> 0
            ORDER BY
                shown.created_at ASC,
                shown.id ASC
            LIMIT :replies::integer
        ) AS reply
    WHERE
        page.depth < :depth::integer
        AND coalesce(page.position, 0) <= :limit::integer
),

listed AS (
    SELECT
        array_agg(page.id ORDER BY page.depth, page.position, page.created_at, page.id)
        FILTER (WHERE coalesce(page.position, 0) <= :limit::integer) AS ids,
        array_agg(page.place ORDER BY page.depth, page.position, page.created_at, page.id)
        FILTER (WHERE coalesce(page.position, 0) <= :limit::integer) AS places,
        CASE
            WHEN bool_or(page.position > :limit::integer)
                THEN min(page.cursor::text) FILTER (WHERE page.position = :limit::integer)
        END AS next
    FROM page
)

SELECT
    :subject_id::text AS subject_id,
    listed.next,
    (
        SELECT coalesce(json_agg(paged.* ORDER BY found.position, paged.id), '[]')
        FROM unnest(listed.ids[1:5000], listed.places[1:5000]) WITH ORDINALITY AS found (id, place, position)
        CROSS JOIN
            LATERAL ( -- noqa: ST05
                SELECT node.*
                FROM node
                -- A place is a row's ctid, which is found without an index, and is one of each partition.
                WHERE
                    node.place = found.place
                    AND node.id = found.id
                LIMIT 1 -- noqa: AM09
            ) AS paged
    ) AS roots
FROM listed
