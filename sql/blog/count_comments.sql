-- How many comments a post has. Served by the index on post_id, created_at, id.
-- uses: blog/comment
SELECT count(*) AS count
FROM (
    SELECT blog_comment.id
    FROM blog_comment
    WHERE
        blog_comment.post_id = :post_id
        AND blog_comment.status = :status -- when :status
    LIMIT :at_most -- noqa: AM09
) AS counted
