-- Make these authors a post's only ones, and count what changed.
-- uses: blog/deleted_post
SELECT blog_posts.id
FROM blog_posts
WHERE blog_posts.id = :post_id
FOR UPDATE;

SELECT refuse_command('deleted_post')
FROM blog_deleted_post
WHERE blog_deleted_post.id = :post_id;

WITH removed AS (
    DELETE FROM blog_post_authors
    WHERE
        blog_post_authors.post_id = :post_id
        AND blog_post_authors.author_id <> all(:author_ids::text[])
    RETURNING blog_post_authors.author_id
),

added AS (
    INSERT INTO blog_post_authors (post_id, author_id)
    SELECT
        :post_id::text AS post_id,
        author.id AS author_id
    FROM unnest(:author_ids::text[]) AS author (id)
    ON CONFLICT DO NOTHING
    RETURNING blog_post_authors.author_id
)

SELECT
    0::bigint AS changed,
    (SELECT count(*) FROM added) AS added,
    (SELECT count(*) FROM removed) AS removed
