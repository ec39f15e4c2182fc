-- An organization of the blog.
SELECT
    blog_organizations.id,
    blog_organizations.slug,
    blog_organizations.name,
    blog_organizations.alternate_name,
    blog_organizations.legal_name,
    blog_organizations.description,
    blog_organizations.slogan,
    blog_organizations.url,
    blog_organizations.logo,
    blog_organizations.image,
    blog_organizations.email,
    blog_organizations.telephone,
    blog_organizations.address,
    blog_organizations.same_as,
    blog_organizations.founding_date,
    blog_organizations.is_active,
    blog_organizations.is_featured,
    blog_organizations.created_at,
    blog_organizations.updated_at
FROM blog_organizations
