-- An author with avatar, organization and posts.
-- uses: blog/author, blog/post
SELECT
    blog_author.id,
    blog_author.slug,
    blog_author.given_name,
    blog_author.family_name,
    blog_author.display_name,
    blog_author.bio,
    blog_author.job_title,
    blog_author.email,
    blog_author.avatar_id,
    blog_author.avatar_url,
    blog_author.website,
    blog_author.same_as,
    blog_author.works_for_id,
    blog_author.display_in_home,
    blog_author.display_in_blog,
    blog_author.is_featured,
    blog_author.seo_title,
    blog_author.seo_description,
    blog_author.seo_keywords,
    blog_author.canonical_url,
    blog_author.created_at,
    blog_author.updated_at,
    blog_author.avatar,
    blog_author.organization,
    (
        SELECT
            coalesce(
                json_agg(
                    blog_post.*
                    ORDER BY coalesce(blog_post.published_at, blog_post.created_at) DESC, blog_post.id DESC
                ),
                '[]'
            )
        FROM blog_post_authors
        INNER JOIN blog_post ON blog_post_authors.post_id = blog_post.id
        WHERE blog_post_authors.author_id = blog_author.id
    ) AS posts
FROM blog_author
