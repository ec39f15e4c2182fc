-- The position of each comment or review that a thread shows: one that is neither deleted nor unapproved, or
-- that has such a one below it; none of what is hidden. Reviews are sorted by their rating, too.
-- uses: $hidden
-- names: nodes, subject_id, rating
SELECT
    nodes.id,
    nodes.subject_id,
    nodes.parent_id,
    nodes.created_at,
    nodes.rating, -- when $rating
    nodes.ctid AS place,
    json_build_array(
        nodes.parent_id,
        nodes.created_at,
        nodes.id
        , nodes.rating -- when $rating -- noqa: LT04
    ) AS cursor
FROM nodes
WHERE
    :with_hidden::boolean
    OR (
        -- One lookup for each, here and below, and one for the thread: the planner, which cannot know the depth, may else read the table.
        CASE
            WHEN nodes.subject_id = :subject_id::text
                THEN NOT EXISTS (
                    SELECT hidden.id
                    FROM hidden
                    WHERE hidden.id = :subject_id::text
                )
            ELSE NOT EXISTS (
                SELECT hidden.id
                FROM hidden
                WHERE hidden.id = nodes.subject_id
                OFFSET 0 -- noqa: AM09
            )
        END
        AND (
            (nodes.deleted_at IS NULL AND nodes.status = 'approved')
            OR EXISTS (
                WITH RECURSIVE reached AS (
                    SELECT
                        nodes.id,
                        TRUE AS is_hidden
                    UNION
                    SELECT
                        reply.id,
                        reply.is_hidden
                    FROM reached
                    CROSS JOIN
                        LATERAL ( -- noqa: ST05
                            SELECT
                                nodes.id,
                                nodes.deleted_at IS NOT NULL
                                OR nodes.status <> 'approved'
                                OR EXISTS (
                                    SELECT hidden.id
                                    FROM hidden
                                    WHERE hidden.id = nodes.subject_id
                                    OFFSET 0 -- noqa: AM09
                                ) AS is_hidden
                            FROM nodes
                            -- Twice, so that few are expected where no table was analyzed: for many, each search would clear a large hash table.
                            WHERE nodes.parent_id = reached.id AND nodes.parent_id BETWEEN reached.id AND reached.id
                            OFFSET 0 -- noqa: AM09
                        ) AS reply
                    WHERE reached.is_hidden
                )

                SELECT reached.id
                FROM reached
                WHERE NOT reached.is_hidden
            )
        )
    )
