-- The category that ListPosts asks for and, with subtree, those below it. Served by the unique index on slug and that on parent_id.
-- uses: blog/category
SELECT wanted.id
FROM (
    WITH RECURSIVE below AS (
        SELECT blog_category.id
        FROM blog_category
        WHERE blog_category.slug = :category
        -- noqa: disable=AM09
        UNION -- when :subtree
        SELECT child.id -- when :subtree
        FROM below -- when :subtree
        CROSS JOIN -- when :subtree
            LATERAL ( -- when :subtree
                SELECT blog_category.id -- when :subtree
                FROM blog_category -- when :subtree
                WHERE blog_category.parent_id = below.id -- when :subtree
                OFFSET 0 -- when :subtree
            ) AS child -- when :subtree
        -- noqa: enable=AM09
        WHERE :subtree::boolean -- when :subtree
    )

    SELECT below.id
    FROM below
) AS wanted
