-- One category by its slug, or none. Served by the unique index on slug.
-- uses: services/category_details
SELECT services_category_details.*
FROM services_category_details
WHERE services_category_details.slug = :slug
