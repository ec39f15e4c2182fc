-- The category that ListListings asks for, and those below it. Served by the unique index on slug and that on parent_id.
-- uses: services/category
SELECT wanted.id
FROM (
    WITH RECURSIVE below AS (
        SELECT services_category.id
        FROM services_category
        WHERE services_category.slug = :category
        UNION
        SELECT child.id
        FROM below
        CROSS JOIN
            LATERAL ( -- noqa: ST05
                SELECT services_category.id
                FROM services_category
                WHERE services_category.parent_id = below.id
                OFFSET 0 -- noqa: AM09
            ) AS child
    )

    SELECT below.id
    FROM below
) AS wanted
