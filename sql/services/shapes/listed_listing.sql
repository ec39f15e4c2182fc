-- A listing that the filters of ListListings choose, after its cursor: by its own columns or, with one of category or language, of the page.
-- uses: services/filtered_listing, services/merged_listing, services/newest_listing
SELECT services_filtered_listing.*
FROM services_filtered_listing
WHERE
    TRUE
    AND services_filtered_listing.id = any( -- when :category or :language
        array( -- when :category or :language
            SELECT services_merged_listing.id -- when :category
            FROM services_merged_listing -- when :category
            UNION ALL -- when :category
            SELECT services_newest_listing.id -- when :category or :language
            FROM services_newest_listing -- when :category or :language
        ) -- when :category or :language
    ) -- when :category or :language
