-- One medium by its id, with the posts that use it, newest first, or none. Served by the primary key.
-- cost: the dates of all posts that use it, for the newest 100; a class that does not name them costs one row.
-- uses: blog/medium, blog/post
SELECT
    blog_medium.*,
    (
        SELECT coalesce(json_agg(linked.* ORDER BY coalesce(linked.published_at, linked.created_at) DESC, linked.id DESC, linked.link_type ASC), '[]')
        FROM (
            SELECT
                blog_post.*,
                blog_post_media.type AS link_type,
                blog_post_media.position
            FROM blog_post_media
            INNER JOIN blog_post ON blog_post_media.post_id = blog_post.id
            WHERE blog_post_media.media_id = blog_medium.id
            ORDER BY
                coalesce(blog_post.published_at, blog_post.created_at) DESC,
                blog_post.id DESC,
                blog_post_media.type ASC
            LIMIT 100
        ) AS linked
    ) AS posts,
    cardinality(array(
        SELECT 1
        FROM blog_post_media
        INNER JOIN blog_post ON blog_post_media.post_id = blog_post.id
        WHERE blog_post_media.media_id = blog_medium.id
        LIMIT 1000 -- noqa: AM09
    )) AS post_count
FROM blog_medium
WHERE blog_medium.id = :id
