-- The ids of the listings of the category or language that ListListings asks for: of the first that has up to 1,000, or no row; none of those merged.
-- uses: services/merged_category, services/chosen_category, services/translation
SELECT few.ids
FROM (
    WITH found AS MATERIALIZED (
        -- noqa: disable=AM09
        SELECT NULL::text[] AS ids
        WHERE FALSE
        UNION ALL -- when :category
        SELECT '{}'::text[] AS ids -- when :category
        WHERE EXISTS (SELECT services_merged_category.id FROM services_merged_category) -- when :category
        UNION ALL -- when :category
        SELECT -- when :category
            array( -- when :category
                SELECT item.id -- when :category
                FROM services_chosen_category -- when :category
                CROSS JOIN -- when :category
                    LATERAL ( -- when :category
                        -- Of the table, since the index alone has these.
                        SELECT services_listings.id -- when :category
                        FROM services_listings -- when :category
                        WHERE services_listings.category_id = services_chosen_category.id -- when :category
                        OFFSET 0 -- when :category
                    ) AS item -- when :category
                LIMIT 1001 -- when :category
            ) AS ids -- when :category
        UNION ALL -- when :language
        SELECT -- when :language
            array( -- when :language
                SELECT services_translation.service_id -- when :language
                FROM services_translation -- when :language
                WHERE services_translation.in_language = :language -- when :language
                LIMIT 1001 -- when :language
            ) AS ids -- when :language
    )

    SELECT found.ids
    FROM found
    WHERE cardinality(found.ids) <= 1000
    LIMIT 1 -- noqa: AM09
) AS few
