-- Change the given fields of an author and return it.
UPDATE blog_authors
SET
    slug = :slug, -- when :slug
    given_name = :given_name::jsonb, -- when :given_name
    family_name = :family_name::jsonb, -- when :family_name
    display_name = :display_name::jsonb, -- when :display_name
    bio = :bio::jsonb, -- when :bio
    job_title = :job_title::jsonb, -- when :job_title
    email = :email, -- when :email
    avatar_id = :avatar_id, -- when :avatar_id
    avatar_url = :avatar_url, -- when :avatar_url
    website = :website, -- when :website
    same_as = :same_as::jsonb, -- when :same_as
    works_for_id = :works_for_id, -- when :works_for_id
    display_in_home = :display_in_home, -- when :display_in_home
    display_in_blog = :display_in_blog, -- when :display_in_blog
    is_featured = :is_featured, -- when :is_featured
    seo_title = :seo_title::jsonb, -- when :seo_title
    seo_description = :seo_description::jsonb, -- when :seo_description
    seo_keywords = :seo_keywords::jsonb, -- when :seo_keywords
    canonical_url = :canonical_url::jsonb, -- when :canonical_url
    updated_at = timezone('UTC', statement_timestamp())
WHERE blog_authors.id = :id
RETURNING blog_authors.*
