-- Make these media a post's only ones, and count what changed.
-- uses: blog/deleted_post
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR UPDATE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

WITH given AS MATERIALIZED (
    SELECT
        medium.media_id,
        medium.type,
        medium.position,
        row_number() OVER (PARTITION BY medium.media_id, medium.type) AS repeat -- from 2 on, it is to break the key
    FROM jsonb_to_recordset(:media::jsonb) AS medium (media_id text, type text, position text)
),

removed AS (
    DELETE FROM blog_post_media
    WHERE
        blog_post_media.post_id = :post_id
        AND NOT EXISTS (
            SELECT FROM given
            WHERE given.media_id = blog_post_media.media_id AND given.type = blog_post_media.type
        )
    RETURNING blog_post_media.media_id
),

changed AS (
    UPDATE blog_post_media
    SET position = given.position
    FROM given
    WHERE
        blog_post_media.post_id = :post_id
        AND blog_post_media.media_id = given.media_id
        AND blog_post_media.type = given.type
        AND given.repeat = 1
        AND blog_post_media.position IS DISTINCT FROM given.position
    RETURNING blog_post_media.media_id
),

added AS (
    INSERT INTO blog_post_media (post_id, media_id, type, position)
    SELECT
        :post_id::text AS post_id,
        given.media_id,
        given.type,
        given.position
    FROM given
    WHERE
        given.repeat > 1
        OR NOT EXISTS (
            SELECT FROM blog_post_media
            WHERE
                blog_post_media.post_id = :post_id
                AND blog_post_media.media_id = given.media_id
                AND blog_post_media.type = given.type
        )
    RETURNING blog_post_media.media_id
)

SELECT
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM changed) AS changed,
    (SELECT count(*) FROM removed) AS removed
