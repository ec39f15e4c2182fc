-- A listing that the filters of ListListings choose, from its category or translation. Categories are an array, so that their index finds them.
-- uses: services/filtered_listing, services/chosen_category, services/translation
SELECT services_filtered_listing.*
FROM services_filtered_listing
WHERE
    TRUE
    AND services_filtered_listing.category_id = any( -- when :category
        array(SELECT services_chosen_category.id FROM services_chosen_category) -- when :category
    ) -- when :category
    AND services_filtered_listing.id IN ( -- when :language
        SELECT services_translation.service_id -- when :language
        FROM services_translation -- when :language
        WHERE services_translation.in_language = :language -- when :language
    ) -- when :language
