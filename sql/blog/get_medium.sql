-- One medium by its id, with the posts that use it, newest first, or none. Served by the primary key.
-- uses: blog/medium, blog/post
SELECT
    blog_medium.*,
    (
        SELECT
            coalesce(
                json_agg(
                    linked.*
                    ORDER BY coalesce(linked.published_at, linked.created_at) DESC, linked.id DESC, linked.link_type ASC
                ),
                '[]'
            )
        FROM (
            SELECT
                blog_post.*,
                blog_post_media.type AS link_type,
                blog_post_media.position
            FROM blog_post_media
            INNER JOIN blog_post ON blog_post_media.post_id = blog_post.id
            WHERE blog_post_media.media_id = blog_medium.id
        ) AS linked
    ) AS posts
FROM blog_medium
WHERE blog_medium.id = :id
