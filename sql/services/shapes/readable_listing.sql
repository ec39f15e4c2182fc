-- A listing whose reviews, translations and times of the week are read: one that is active, or deleted or not active where these are asked for.
SELECT services_listings.id
FROM services_listings
WHERE
    -- By coalesce, since a table that was never analyzed is taken to have next to no such row, which it would then sort.
    coalesce(services_listings.deleted_at IS NULL AND services_listings.status = 'active' AND services_listings.is_active, FALSE)
    OR ( -- when :with_unpublished
        :with_unpublished::boolean -- when :with_unpublished
        AND services_listings.deleted_at IS NULL -- when :with_unpublished
        AND services_listings.status <> 'deleted' -- when :with_unpublished
    ) -- when :with_unpublished
    OR ( -- when :of_deleted
        :of_deleted::boolean -- when :of_deleted
        AND (services_listings.deleted_at IS NOT NULL OR services_listings.status = 'deleted') -- when :of_deleted
    ) -- when :of_deleted
