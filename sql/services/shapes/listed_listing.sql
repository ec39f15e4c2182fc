-- A listing that the filters of list_listings choose: by its own columns or, where they look for its category or language, one of the page.
-- uses: services/filtered_listing, services/newest_listing
SELECT services_filtered_listing.*
FROM services_filtered_listing
WHERE
    TRUE
    AND services_filtered_listing.id = any( -- when :category or :language
        array(SELECT services_newest_listing.id FROM services_newest_listing) -- when :category or :language
    ) -- when :category or :language
