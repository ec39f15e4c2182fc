-- The first pages of the threads of several subjects, in the order given; or a page of one, after a cursor or of the replies to a cursor's node.
-- Each node with the first replies below it, to be linked. Served by the indexes on subject_id and the order of roots, and on parent_id.
-- cost: each hidden node before the end of its page is read, in some three blocks, twice for each level of the page that is above it.
-- uses: $shown, $node
-- names: subject_id, subject_ids, after
WITH RECURSIVE wanted AS (
    SELECT
        given.subject_id,
        min(given.position) AS position,
        5000 / (count(*) OVER ())::integer AS share
    FROM
        unnest(
            '{}'::text[]
            || :subject_ids::text[] -- when $subject_ids
            || :subject_id::text -- when $after
        ) WITH ORDINALITY AS given (subject_id, position)
    GROUP BY given.subject_id
),

page AS (
    SELECT
        root.id,
        root.cursor,
        root.place,
        root.created_at,
        wanted.share AS room,
        wanted.position AS thread,
        0 AS depth,
        root.position
    FROM wanted
    CROSS JOIN
        LATERAL ( -- noqa: ST05
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
                shown.subject_id = wanted.subject_id
                AND shown.parent_id IS NULL
                AND (:after::json ->> 0) IS NULL -- when $after and :after
                AND (shown.created_at, shown.id) -- when $after and :after and :sort = 'oldest'
                > ((:after::json ->> 1)::timestamp, :after::json ->> 2) -- when $after and :after and :sort = 'oldest'
                AND (shown.created_at, shown.id) -- when $after and :after and :sort = 'newest'
                < ((:after::json ->> 1)::timestamp, :after::json ->> 2) -- when $after and :after and :sort = 'newest'
                AND (shown.rating, shown.created_at, shown.id) -- when $after and :after and :sort = 'best'
                < ( -- when $after and :after and :sort = 'best'
                    (:after::json ->> 3)::bigint, -- when $after and :after and :sort = 'best'
                    (:after::json ->> 1)::timestamp, -- when $after and :after and :sort = 'best'
                    :after::json ->> 2 -- when $after and :after and :sort = 'best'
                ) -- when $after and :after and :sort = 'best'
            ORDER BY
                shown.rating DESC, -- when :sort = 'best'
                shown.created_at DESC, -- when :sort = 'best'
                shown.id DESC, -- when :sort = 'best'
                shown.created_at DESC, -- when :sort = 'newest'
                shown.id DESC, -- when :sort = 'newest'
                shown.created_at ASC, -- when :sort = 'oldest'
                shown.id ASC
            LIMIT :limit::integer + 1
        ) AS root
    UNION ALL -- when $after and :after
    ( -- when $after and :after
        SELECT -- when $after and :after
            shown.id, -- when $after and :after
            shown.cursor, -- when $after and :after
            shown.place, -- when $after and :after
            shown.created_at, -- when $after and :after
            5000 AS room, -- when $after and :after
            1 AS thread, -- when $after and :after
            0 AS depth, -- when $after and :after
            row_number() OVER (ORDER BY shown.created_at ASC, shown.id ASC) AS position -- when $after and :after
        FROM shown -- when $after and :after
        WHERE -- when $after and :after
            shown.parent_id = :after::json ->> 0 -- when $after and :after
            AND shown.id <> :after::json ->> 0 -- when $after and :after
            AND (shown.created_at, shown.id) -- when $after and :after
            > (coalesce((:after::json ->> 1)::timestamp, '-infinity'), coalesce(:after::json ->> 2, '')) -- when $after and :after
        ORDER BY -- when $after and :after
            shown.created_at ASC, -- when $after and :after
            shown.id ASC -- when $after and :after
        LIMIT :limit::integer + 1 -- when $after and :after
    ) -- when $after and :after
    UNION ALL
    SELECT
        reply.id,
        NULL::json AS cursor,
        reply.place,
        reply.created_at,
        page.room - (count(*) OVER (PARTITION BY page.thread))::integer AS room,
        page.thread,
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
                AND shown.id IS DISTINCT FROM :after::json ->> 0 -- when $after and :after
            ORDER BY
                shown.created_at ASC,
                shown.id ASC
            LIMIT :replies::integer
        ) AS reply
    WHERE
        page.depth < :depth::integer AND page.room > 0 -- no level below one that fills the page
        AND coalesce(page.position, 0) <= :limit::integer
),

listed AS (
    SELECT
        page.thread,
        array_agg(page.id ORDER BY page.depth, page.position, page.created_at, page.id)
        FILTER (WHERE coalesce(page.position, 0) <= :limit::integer) AS ids,
        array_agg(page.place ORDER BY page.depth, page.position, page.created_at, page.id)
        FILTER (WHERE coalesce(page.position, 0) <= :limit::integer) AS places,
        CASE
            WHEN bool_or(page.position > :limit::integer)
                THEN min(page.cursor::text) FILTER (WHERE page.position = :limit::integer)
        END AS next
    FROM page
    GROUP BY page.thread
)

SELECT
    wanted.subject_id,
    listed.next,
    (
        SELECT coalesce(json_agg(paged.* ORDER BY found.position, paged.id), '[]')
        FROM unnest(listed.ids[1:wanted.share], listed.places[1:wanted.share]) WITH ORDINALITY AS found (id, place, position)
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
FROM wanted
LEFT JOIN listed ON wanted.position = listed.thread
ORDER BY wanted.position
