-- A comment or review, shown or hidden (deleted, not approved, or of what is hidden), a hidden one without its content unless it is asked for.
-- uses: $hidden, $shown
-- names: nodes, subject_id, author_id
SELECT
    nodes.id,
    nodes.subject_id,
    nodes.parent_id,
    nodes.status,
    nodes.in_language,
    nodes.deleted_at,
    nodes.created_at,
    nodes.updated_at,
    nodes.ctid AS place,
    state.is_hidden,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN nodes.author_name END AS author_name,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN nodes.author_email END AS author_email,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN nodes.author_id END AS author_id, -- when $author_id
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN nodes.content END AS content,
    CASE WHEN :with_hidden::boolean OR NOT state.is_hidden THEN nodes.rating END AS rating,
    (
        SELECT count(*)
        FROM (
            SELECT shown.id
            FROM shown
            WHERE shown.parent_id = nodes.id
            ORDER BY
                shown.created_at ASC,
                shown.id ASC
            LIMIT 1000
        ) AS counted
    ) AS reply_count
FROM nodes
CROSS JOIN
    LATERAL ( -- noqa: ST05
        SELECT
            nodes.deleted_at IS NOT NULL
            OR nodes.status <> 'approved'
            OR CASE
                WHEN own.subject_id = :subject_id::text
                    THEN EXISTS (
                        SELECT hidden.id
                        FROM hidden
                        WHERE hidden.id = :subject_id::text
                    )
                ELSE EXISTS (
                    SELECT hidden.id
                    FROM hidden
                    WHERE hidden.id = own.subject_id
                    -- One lookup for each: the planner may else read the table for a few rows. That of the thread is looked up once.
                    OFFSET 0 -- noqa: AM09
                )
            END AS is_hidden
        FROM (SELECT nodes.subject_id) AS own
        -- Found once for each row, however many columns use it.
        OFFSET 0 -- noqa: AM09
    ) AS state
