-- A page of the rows that a list finds by filters of other tables. If one of these has up to 1,000, they are sorted. If all have more, the newest
-- rows are tried, up to 100 for each of the page; if too few of them fit, all that fit are sorted.
-- uses: $few, $filtered, $chosen
SELECT newest.id
FROM (
    WITH found AS MATERIALIZED (
        SELECT few.ids
        FROM few
    ),

    tried AS MATERIALIZED (
        SELECT candidate.id
        FROM (
            SELECT
                filtered.id,
                filtered.moment,
                filtered.fits
            FROM filtered
            WHERE filtered.id = any((SELECT found.ids FROM found)::text[])
            UNION ALL
            (
                SELECT
                    filtered.id,
                    filtered.moment,
                    filtered.fits
                FROM filtered
                WHERE NOT EXISTS (SELECT found.ids FROM found)
                ORDER BY
                    filtered.moment DESC,
                    filtered.id DESC
                LIMIT 100 * :limit::bigint
            )
        ) AS candidate
        WHERE candidate.fits
        ORDER BY
            candidate.moment DESC,
            candidate.id DESC
        LIMIT :limit
    )

    SELECT tried.id
    FROM tried
    UNION ALL
    (
        SELECT fitting.id
        FROM (
            SELECT
                chosen.id,
                chosen.moment
            FROM chosen
            -- So that all are found before they are sorted, whatever the planner takes to be on the page.
            OFFSET 0 -- noqa: AM09
        ) AS fitting
        WHERE
            NOT EXISTS (SELECT found.ids FROM found)
            AND (SELECT count(tried.id) FROM tried) < :limit
            AND EXISTS (
                SELECT filtered.id
                FROM filtered
                ORDER BY
                    filtered.moment DESC,
                    filtered.id DESC
                OFFSET 100 * :limit::bigint
            )
        ORDER BY
            fitting.moment DESC,
            fitting.id DESC
        LIMIT :limit
    )
) AS newest
