-- Delete an author and remove them from their posts, which stay.
SELECT blog_authors.id
FROM blog_authors
WHERE blog_authors.id = :id
FOR UPDATE;

WITH unlinked_posts AS (
    DELETE FROM blog_post_authors
    WHERE blog_post_authors.author_id = :id
    RETURNING blog_post_authors.author_id
),

deleted_authors AS (
    DELETE FROM blog_authors
    WHERE blog_authors.id = :id
    RETURNING blog_authors.id
)

SELECT
    (SELECT count(*) FROM deleted_authors) AS blog_authors,
    (SELECT count(*) FROM unlinked_posts) AS blog_post_authors
