-- Change the given fields of an organization and return it.
UPDATE blog_organizations
SET
    name = :name, -- when :name
    slug = :slug, -- when :slug
    alternate_name = :alternate_name::jsonb, -- when :alternate_name
    legal_name = :legal_name::jsonb, -- when :legal_name
    description = :description::jsonb, -- when :description
    slogan = :slogan::jsonb, -- when :slogan
    url = :url, -- when :url
    logo = :logo, -- when :logo
    image = :image, -- when :image
    email = :email, -- when :email
    telephone = :telephone, -- when :telephone
    address = :address::jsonb, -- when :address
    same_as = :same_as::jsonb, -- when :same_as
    founding_date = :founding_date, -- when :founding_date
    is_active = :is_active, -- when :is_active
    is_featured = :is_featured, -- when :is_featured
    updated_at = timezone('UTC', statement_timestamp())
WHERE blog_organizations.id = :id
RETURNING blog_organizations.*
