-- A listing that the filters of ListListings choose, up to as many as count. Those of a language that are few are looked up.
-- uses: services/chosen_listing, services/few_listings
SELECT those.id
FROM (
    WITH few AS MATERIALIZED ( -- when :language
        SELECT services_few_listings.ids -- when :language
        FROM services_few_listings -- when :language
    ) -- when :language

    SELECT found.id
    FROM (
        SELECT services_chosen_listing.id
        FROM services_chosen_listing
        LIMIT :at_most -- noqa: AM09
    ) AS found
    WHERE NOT EXISTS (SELECT few.ids FROM few) -- when :language
    UNION ALL -- when :language
    SELECT services_chosen_listing.id -- when :language
    FROM services_chosen_listing -- when :language
    WHERE services_chosen_listing.id = any((SELECT few.ids FROM few)::text[]) -- when :language
    LIMIT :at_most -- noqa: AM09
) AS those
