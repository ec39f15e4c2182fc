-- A page of the listings that list_listings finds by category or language. The newest of each category are merged, where it is the only filter
-- and has up to 100 below it. Else, if the category or language has up to 1,000 listings, they are sorted. If both have more, the newest listings
-- are tried, up to 100 for each of the page; if too few of them fit, all that fit are sorted.
-- uses: services/few_listings, services/filtered_listing, services/chosen_listing, services/chosen_category, services/translation
SELECT newest.id
FROM (
    WITH below AS MATERIALIZED (
        SELECT services_chosen_category.id
        FROM services_chosen_category
    ),

    merging AS MATERIALIZED (
        SELECT tree.size
        FROM (SELECT count(*) AS size FROM (SELECT below.id FROM below LIMIT 101) AS counted) AS tree -- noqa: AM09
        WHERE
            tree.size <= 100
            AND :category::text IS NOT NULL
            AND coalesce(
                :language::text, :status::text, :organization::text, :provider_id::text, :price_type::text,
                :is_featured::boolean::text, :display_in_home::boolean::text, :is_mobile::boolean::text
            ) IS NULL
    ),

    merged AS (
        SELECT
            first.id,
            first.created_at
        FROM merging
        CROSS JOIN below
        CROSS JOIN
            LATERAL ( -- noqa: ST05
                SELECT
                    services_filtered_listing.id,
                    services_filtered_listing.created_at
                FROM services_filtered_listing
                WHERE
                    services_filtered_listing.category_id = below.id
                    AND (services_filtered_listing.created_at, services_filtered_listing.id) -- when :after
                    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
                ORDER BY
                    services_filtered_listing.category_id ASC,
                    services_filtered_listing.created_at DESC,
                    services_filtered_listing.id DESC
                LIMIT :limit
            ) AS first
        ORDER BY
            first.created_at DESC,
            first.id DESC
        LIMIT :limit
    ),

    few AS MATERIALIZED (
        SELECT services_few_listings.ids
        FROM services_few_listings
        WHERE NOT EXISTS (SELECT merging.size FROM merging)
    ),

    tried AS MATERIALIZED (
        SELECT candidate.id
        FROM (
            SELECT
                services_filtered_listing.id,
                services_filtered_listing.category_id,
                services_filtered_listing.created_at
            FROM services_filtered_listing
            WHERE
                services_filtered_listing.id = any((SELECT few.ids FROM few)::text[])
                AND (services_filtered_listing.created_at, services_filtered_listing.id) -- when :after
                < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
            UNION ALL
            (
                SELECT
                    services_filtered_listing.id,
                    services_filtered_listing.category_id,
                    services_filtered_listing.created_at
                FROM services_filtered_listing
                WHERE
                    NOT EXISTS (SELECT merging.size FROM merging)
                    AND NOT EXISTS (SELECT few.ids FROM few)
                    AND (services_filtered_listing.created_at, services_filtered_listing.id) -- when :after
                    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
                ORDER BY
                    services_filtered_listing.created_at DESC,
                    services_filtered_listing.id DESC
                LIMIT 100 * :limit::bigint
            )
        ) AS candidate
        -- noqa: disable=AM09
        WHERE
            TRUE
            AND candidate.category_id IN (SELECT below.id FROM below) -- when :category
            -- It is looked up for each, which OFFSET keeps the planner from turning into a join with all translations.
            AND EXISTS ( -- when :language
                SELECT services_translation.service_id -- when :language
                FROM services_translation -- when :language
                WHERE -- when :language
                    services_translation.service_id = candidate.id -- when :language
                    AND services_translation.in_language = :language -- when :language
                OFFSET 0 -- when :language
            ) -- when :language
        -- noqa: enable=AM09
        ORDER BY
            candidate.created_at DESC,
            candidate.id DESC
        LIMIT :limit
    )

    SELECT merged.id
    FROM merged
    UNION ALL
    SELECT tried.id
    FROM tried
    UNION ALL
    (
        SELECT fitting.id
        FROM (
            SELECT
                services_chosen_listing.id,
                services_chosen_listing.created_at
            FROM services_chosen_listing
            WHERE
                TRUE
                AND (services_chosen_listing.created_at, services_chosen_listing.id) -- when :after
                < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
            -- So that all are found before they are sorted, whatever the planner takes to be on the page.
            OFFSET 0 -- noqa: AM09
        ) AS fitting
        WHERE
            NOT EXISTS (SELECT merging.size FROM merging)
            AND NOT EXISTS (SELECT few.ids FROM few)
            AND (SELECT count(tried.id) FROM tried) < :limit
            AND EXISTS (
                SELECT services_filtered_listing.id
                FROM services_filtered_listing
                WHERE
                    TRUE
                    AND (services_filtered_listing.created_at, services_filtered_listing.id) -- when :after
                    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
                ORDER BY
                    services_filtered_listing.created_at DESC,
                    services_filtered_listing.id DESC
                OFFSET 100 * :limit::bigint
            )
        ORDER BY
            fitting.created_at DESC,
            fitting.id DESC
        LIMIT :limit
    )
) AS newest
