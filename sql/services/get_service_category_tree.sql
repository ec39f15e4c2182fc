-- All categories by sort_order, slug, id, to be linked to a tree.
-- uses: services/category
SELECT services_category.*
FROM services_category
ORDER BY
    services_category.sort_order,
    services_category.slug,
    services_category.id
