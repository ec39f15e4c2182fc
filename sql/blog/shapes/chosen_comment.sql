-- A comment that the filter of the list of comments chooses, for it and its count.
-- uses: blog/comment
SELECT blog_comment.*
FROM blog_comment
WHERE
    TRUE
    AND blog_comment.status = :status -- when :status
