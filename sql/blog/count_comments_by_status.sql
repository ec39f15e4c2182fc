-- How many comments of one status all posts have. Served by the index on status, created_at, id.
-- uses: blog/comment
SELECT count(*) AS count
FROM (
    SELECT blog_comment.id
    FROM blog_comment
    WHERE blog_comment.status = :status
    LIMIT :at_most -- noqa: AM09
) AS counted
