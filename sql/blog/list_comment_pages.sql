-- The first page of each post's comments, in the order of the posts given, each comment with the first replies below it, to be linked.
-- Served by the indexes on post_id, created_at, id where parent_id is null, and on parent_id, created_at, id.
-- uses: blog/shown_comment, blog/thread_comment
WITH RECURSIVE wanted AS (
    SELECT
        given.post_id,
        min(given.position) AS position
    FROM unnest(:post_ids::text[]) WITH ORDINALITY AS given (post_id, position)
    GROUP BY given.post_id
),

page AS (
    SELECT
        root.id,
        root.created_at,
        wanted.post_id,
        0 AS depth,
        root.place
    FROM wanted
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            (
                SELECT
                    blog_shown_comment.id,
                    blog_shown_comment.created_at,
                    row_number() OVER (ORDER BY blog_shown_comment.created_at ASC, blog_shown_comment.id ASC) AS place
                FROM blog_shown_comment
                WHERE
                    :sort::text = 'oldest'
                    AND blog_shown_comment.post_id = wanted.post_id
                    AND blog_shown_comment.parent_id IS NULL
                ORDER BY
                    blog_shown_comment.created_at ASC,
                    blog_shown_comment.id ASC
                LIMIT :limit::integer + 1
            )
            UNION ALL
            (
                SELECT
                    blog_shown_comment.id,
                    blog_shown_comment.created_at,
                    row_number() OVER (ORDER BY blog_shown_comment.created_at DESC, blog_shown_comment.id DESC) AS place
                FROM blog_shown_comment
                WHERE
                    :sort::text = 'newest'
                    AND blog_shown_comment.post_id = wanted.post_id
                    AND blog_shown_comment.parent_id IS NULL
                ORDER BY
                    blog_shown_comment.created_at DESC,
                    blog_shown_comment.id DESC
                LIMIT :limit::integer + 1
            )
        ) AS root
    UNION ALL
    SELECT
        reply.id,
        reply.created_at,
        page.post_id,
        page.depth + 1 AS depth,
        NULL::bigint AS place
    FROM page
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                blog_shown_comment.id,
                blog_shown_comment.created_at
            FROM blog_shown_comment
            WHERE blog_shown_comment.parent_id = page.id
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
    wanted.post_id,
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
        WHERE
            page.post_id = wanted.post_id
            AND coalesce(page.place, 0) <= :limit::integer
    ) AS roots,
    (
        SELECT json_build_array(NULL, last_root.created_at, last_root.id)::text
        FROM page AS last_root
        INNER JOIN page AS further ON last_root.post_id = further.post_id AND last_root.place + 1 = further.place
        WHERE
            last_root.post_id = wanted.post_id
            AND last_root.place = :limit::integer
    ) AS next
FROM wanted
ORDER BY wanted.position
