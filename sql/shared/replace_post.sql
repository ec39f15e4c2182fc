-- Make these authors or categories a post's only ones, and count what changed.
-- uses: blog/deleted_post
-- names: links, item_id, item_ids
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR UPDATE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

WITH removed AS (
    DELETE FROM links
    WHERE
        links.post_id = :post_id
        AND links.item_id <> all(:item_ids::text[])
    RETURNING links.item_id
),

added AS (
    INSERT INTO links (post_id, item_id)
    SELECT
        :post_id::text AS post_id,
        item.id AS item_id
    FROM unnest(:item_ids::text[]) AS item (id)
    ON CONFLICT DO NOTHING
    RETURNING links.item_id
)

SELECT
    0::bigint AS changed,
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM removed) AS removed
