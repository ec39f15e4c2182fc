-- A listing that the filters of ListListings choose, from its category or translation. Categories are an array, so that their index finds them.
-- uses: services/filtered_listing, services/chosen_category, services/translation
SELECT services_filtered_listing.*
FROM services_filtered_listing
WHERE
    TRUE
    AND services_filtered_listing.category_id = any( -- when :category
        array(SELECT services_chosen_category.id FROM services_chosen_category) -- when :category
    ) -- when :category
    AND EXISTS ( -- when :language
        SELECT services_translation.service_id -- when :language
        FROM services_translation -- when :language
        WHERE -- when :language
            services_translation.in_language = :language -- when :language
            AND services_translation.service_id = services_filtered_listing.id -- when :language
            -- What is never run makes it dear to compare each translation with each listing, where few are expected since no table was analyzed.
            AND coalesce( -- when :language
                services_translation.service_id = services_filtered_listing.id, services_translation.service_id @@ :language::text -- when :language
            ) -- when :language
    ) -- when :language
