-- A post that the filters of ListPosts choose by its own columns, after its cursor; `fits` says if the others do, looked up, which OFFSET ensures.
-- uses: blog/post, blog/organization, blog/author, blog/chosen_category, blog/translation
SELECT
    blog_post.*,
    coalesce(blog_post.published_at, blog_post.created_at) AS moment,
    -- noqa: disable=AM09
    (
        TRUE
        AND EXISTS ( -- when :author
            SELECT blog_post_authors.post_id -- when :author
            FROM blog_post_authors -- when :author
            WHERE -- when :author
                blog_post_authors.post_id = blog_post.id -- when :author
                AND blog_post_authors.author_id = ( -- when :author
                    SELECT blog_author.id -- when :author
                    FROM blog_author -- when :author
                    WHERE blog_author.slug = :author -- when :author
                ) -- when :author
            OFFSET 0 -- when :author
        ) -- when :author
        AND EXISTS ( -- when :category
            SELECT blog_post_categories.post_id -- when :category
            FROM blog_post_categories -- when :category
            WHERE -- when :category
                blog_post_categories.post_id = blog_post.id -- when :category
                AND blog_post_categories.category_id IN (SELECT blog_chosen_category.id FROM blog_chosen_category) -- when :category
            OFFSET 0 -- when :category
        ) -- when :category
        AND EXISTS ( -- when :language
            SELECT blog_translation.post_id -- when :language
            FROM blog_translation -- when :language
            WHERE -- when :language
                blog_translation.post_id = blog_post.id -- when :language
                AND blog_translation.in_language = :language -- when :language
            OFFSET 0 -- when :language
        ) -- when :language
        AND lower(blog_post.slug) -- when :slug_contains
        LIKE (SELECT '%' || regexp_replace(lower(:slug_contains), '([\\%_])', '\\\1', 'g') || '%') -- when :slug_contains
    ) AS fits
FROM blog_post
WHERE
    TRUE
    AND blog_post.status = :status -- when :status
    AND blog_post.organization_id = ( -- when :organization
        SELECT blog_organization.id -- when :organization
        FROM blog_organization -- when :organization
        WHERE blog_organization.slug = :organization -- when :organization
    ) -- when :organization
    AND blog_post.is_featured = :is_featured::boolean -- when :is_featured
    AND blog_post.display_in_home = :display_in_home::boolean -- when :display_in_home
    AND (coalesce(blog_post.published_at, blog_post.created_at), blog_post.id) -- when :after
    < ((:after::json ->> 0)::timestamp, :after::json ->> 1) -- when :after
