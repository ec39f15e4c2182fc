-- A comment that the filter of the list of comments chooses, for it and its count. Compared with the status, the index on it has the order.
-- uses: blog/comment
SELECT blog_comment.*
FROM blog_comment
WHERE
    (
        blog_comment.status = 'approved'
        OR :with_unpublished::boolean -- when :with_unpublished
    )
    AND blog_comment.status = :status -- when :status
