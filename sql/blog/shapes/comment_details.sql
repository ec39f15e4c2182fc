-- A comment with the comment that it answers and its post.
-- uses: blog/comment, blog/post
SELECT
    blog_comment.*,
    (
        SELECT to_json(parent.*)
        FROM blog_comment AS parent
        WHERE parent.id = blog_comment.parent_id
    ) AS parent,
    (
        SELECT to_json(blog_post.*)
        FROM blog_post
        WHERE blog_post.id = blog_comment.post_id
    ) AS post
FROM blog_comment
