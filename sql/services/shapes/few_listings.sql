-- The ids of the listings of the category, or the language that ListListings asks for: of the first of these that has up to 1,000, or no row.
-- None of them, where they are merged. Served by the indexes on category_id and in_language.
-- uses: services/merged_category, services/chosen_category, services/translation
SELECT few.ids
FROM (
    WITH found AS MATERIALIZED (
        SELECT '{}'::text[] AS ids
        WHERE EXISTS (SELECT services_merged_category.id FROM services_merged_category)
        UNION ALL
        SELECT
            array(
                SELECT item.id
                FROM services_chosen_category
                CROSS JOIN
                    LATERAL ( -- noqa: ST05
                        -- Of the table, since the index alone has these.
                        SELECT services_listings.id
                        FROM services_listings
                        WHERE services_listings.category_id = services_chosen_category.id
                        OFFSET 0 -- noqa: AM09
                    ) AS item
                LIMIT 1001 -- noqa: AM09
            ) AS ids
        WHERE :category::text IS NOT NULL
        UNION ALL
        SELECT
            array(
                SELECT services_translation.service_id
                FROM services_translation
                WHERE services_translation.in_language = :language
                LIMIT 1001 -- noqa: AM09
            ) AS ids
        WHERE :language::text IS NOT NULL
    )

    SELECT found.ids
    FROM found
    WHERE cardinality(found.ids) <= 1000
    LIMIT 1 -- noqa: AM09
) AS few
