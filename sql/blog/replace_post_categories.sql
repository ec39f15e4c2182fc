-- Make these categories a post's only ones, and count what changed.
-- uses: blog/deleted_post
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR UPDATE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

WITH removed AS (
    DELETE FROM blog_post_categories
    WHERE
        blog_post_categories.post_id = :post_id
        AND blog_post_categories.category_id <> all(:category_ids::text[])
    RETURNING blog_post_categories.category_id
),

added AS (
    INSERT INTO blog_post_categories (post_id, category_id)
    SELECT
        :post_id::text AS post_id,
        category.id AS category_id
    FROM unnest(:category_ids::text[]) AS category (id)
    ON CONFLICT DO NOTHING
    RETURNING blog_post_categories.category_id
)

SELECT
    0::bigint AS changed,
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM removed) AS removed
