-- An author with avatar and organization.
-- uses: blog/medium, blog/organization
SELECT
    blog_authors.id,
    blog_authors.slug,
    blog_authors.given_name,
    blog_authors.family_name,
    blog_authors.display_name,
    blog_authors.bio,
    blog_authors.job_title,
    blog_authors.email,
    blog_authors.avatar_id,
    blog_authors.avatar_url,
    blog_authors.website,
    blog_authors.same_as,
    blog_authors.works_for_id,
    blog_authors.display_in_home,
    blog_authors.display_in_blog,
    blog_authors.is_featured,
    blog_authors.seo_title,
    blog_authors.seo_description,
    blog_authors.seo_keywords,
    blog_authors.canonical_url,
    blog_authors.created_at,
    blog_authors.updated_at,
    (
        SELECT to_json(blog_medium.*)
        FROM blog_medium
        WHERE blog_medium.id = blog_authors.avatar_id
    ) AS avatar,
    (
        SELECT to_json(blog_organization.*)
        FROM blog_organization
        WHERE blog_organization.id = blog_authors.works_for_id
    ) AS organization
FROM blog_authors
