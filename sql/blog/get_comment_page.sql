-- A page of a post's comments or, behind a cursor that names a comment, of its replies; each with the first replies below it, to be
-- linked. Served by the indexes on post_id, created_at, id where parent_id is null, and on parent_id, created_at, id.
-- uses: blog/shown_comment, blog/thread_comment
WITH RECURSIVE page AS (
    SELECT
        root.id,
        root.parent_id,
        root.created_at,
        0 AS depth,
        root.place
    FROM ( -- noqa: ST05
        (
            SELECT
                blog_shown_comment.id,
                blog_shown_comment.parent_id,
                blog_shown_comment.created_at,
                row_number() OVER (ORDER BY blog_shown_comment.created_at ASC, blog_shown_comment.id ASC) AS place
            FROM blog_shown_comment
            WHERE
                :sort::text = 'oldest'
                AND (:after::json ->> 0) IS NULL
                AND blog_shown_comment.post_id = :post_id
                AND blog_shown_comment.parent_id IS NULL
                AND (blog_shown_comment.created_at, blog_shown_comment.id) -- when :after
                > ((:after::json ->> 1)::timestamp, :after::json ->> 2) -- when :after
            ORDER BY
                blog_shown_comment.created_at ASC,
                blog_shown_comment.id ASC
            LIMIT :limit::integer + 1
        )
        UNION ALL
        (
            SELECT
                blog_shown_comment.id,
                blog_shown_comment.parent_id,
                blog_shown_comment.created_at,
                row_number() OVER (ORDER BY blog_shown_comment.created_at DESC, blog_shown_comment.id DESC) AS place
            FROM blog_shown_comment
            WHERE
                :sort::text = 'newest'
                AND (:after::json ->> 0) IS NULL
                AND blog_shown_comment.post_id = :post_id
                AND blog_shown_comment.parent_id IS NULL
                AND (blog_shown_comment.created_at, blog_shown_comment.id) -- when :after
                < ((:after::json ->> 1)::timestamp, :after::json ->> 2) -- when :after
            ORDER BY
                blog_shown_comment.created_at DESC,
                blog_shown_comment.id DESC
            LIMIT :limit::integer + 1
        )
        UNION ALL
        (
            SELECT
                blog_shown_comment.id,
                blog_shown_comment.parent_id,
                blog_shown_comment.created_at,
                row_number() OVER (ORDER BY blog_shown_comment.created_at ASC, blog_shown_comment.id ASC) AS place
            FROM blog_shown_comment
            WHERE
                blog_shown_comment.parent_id = :after::json ->> 0
                AND blog_shown_comment.id <> :after::json ->> 0
                AND (blog_shown_comment.created_at, blog_shown_comment.id)
                > (coalesce((:after::json ->> 1)::timestamp, '-infinity'), coalesce(:after::json ->> 2, ''))
            ORDER BY
                blog_shown_comment.created_at ASC,
                blog_shown_comment.id ASC
            LIMIT :limit::integer + 1
        )
    ) AS root
    UNION ALL
    SELECT
        reply.id,
        reply.parent_id,
        reply.created_at,
        page.depth + 1 AS depth,
        NULL::bigint AS place
    FROM page
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                blog_shown_comment.id,
                blog_shown_comment.parent_id,
                blog_shown_comment.created_at
            FROM blog_shown_comment
            WHERE
                blog_shown_comment.parent_id = page.id
                AND blog_shown_comment.id IS DISTINCT FROM :after::json ->> 0
            ORDER BY
                blog_shown_comment.created_at ASC,
                blog_shown_comment.id ASC
            LIMIT :replies::integer
        ) AS reply
    WHERE
        page.depth < :depth::integer
        AND coalesce(page.place, 0) <= :limit::integer
)

SELECT
    :post_id::text AS post_id,
    (
        SELECT
            coalesce(
                json_agg(
                    comment.*
                    ORDER BY page.depth, page.place, comment.created_at, comment.id
                ),
                '[]'
            )
        FROM page
        CROSS JOIN
            LATERAL ( -- noqa: ST05
                SELECT blog_thread_comment.*
                FROM blog_thread_comment
                WHERE blog_thread_comment.id = page.id
                LIMIT 1 -- noqa: AM09
            ) AS comment
        WHERE coalesce(page.place, 0) <= :limit::integer
    ) AS roots,
    (
        SELECT json_build_array(last_root.parent_id, last_root.created_at, last_root.id)::text
        FROM page AS last_root
        INNER JOIN page AS further ON last_root.place + 1 = further.place
        WHERE last_root.place = :limit::integer
    ) AS next
