-- The blog: organizations, media, authors, categories, posts with their translations, and comments.
-- No foreign key cascades: the application deletes what belongs to a row together with it, and detaches the rest.
-- depends: 0001.auth

CREATE TABLE blog_organizations (
    id text PRIMARY KEY,
    name text NOT NULL,
    slug text NOT NULL CONSTRAINT blog_organizations_slug_unique UNIQUE,
    alternate_name jsonb,
    legal_name jsonb,
    description jsonb,
    slogan jsonb,
    url text,
    logo text,
    image text,
    email text,
    telephone text,
    address jsonb,
    same_as jsonb,
    founding_date timestamp,
    is_active boolean NOT NULL DEFAULT TRUE,
    is_featured boolean NOT NULL DEFAULT FALSE,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE blog_media (
    id text PRIMARY KEY,
    url text NOT NULL,
    content_url text,
    type text NOT NULL, -- image, video, audio
    encoding_format text,
    width text,
    height text,
    duration text,
    license text,
    copyright_holder text,
    caption jsonb,
    description jsonb,
    alt jsonb,
    thumbnail_url text,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE blog_authors (
    id text PRIMARY KEY,
    slug text NOT NULL CONSTRAINT blog_authors_slug_unique UNIQUE,
    given_name jsonb,
    family_name jsonb,
    display_name jsonb NOT NULL,
    bio jsonb,
    job_title jsonb,
    email text CONSTRAINT blog_authors_email_unique UNIQUE,
    avatar_id text,
    avatar_url text,
    website text,
    same_as jsonb,
    works_for_id text,
    display_in_home boolean NOT NULL DEFAULT FALSE,
    display_in_blog boolean NOT NULL DEFAULT TRUE,
    is_featured boolean NOT NULL DEFAULT FALSE,
    seo_title jsonb,
    seo_description jsonb,
    seo_keywords jsonb,
    canonical_url jsonb,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE blog_categories (
    id text PRIMARY KEY,
    slug text NOT NULL CONSTRAINT blog_categories_slug_unique UNIQUE,
    name jsonb NOT NULL,
    description jsonb,
    featured_image_id text,
    display_in_home boolean NOT NULL DEFAULT FALSE,
    display_in_menu boolean NOT NULL DEFAULT TRUE,
    display_in_blog boolean NOT NULL DEFAULT TRUE,
    is_featured boolean NOT NULL DEFAULT FALSE,
    parent_id text,
    seo_title jsonb,
    seo_description jsonb,
    seo_keywords jsonb,
    canonical_url jsonb,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE blog_posts (
    id text PRIMARY KEY,
    slug text NOT NULL CONSTRAINT blog_posts_slug_unique UNIQUE,
    status text NOT NULL, -- draft, published, archived, deleted
    published_at timestamp,
    display_in_home boolean NOT NULL DEFAULT FALSE,
    display_in_blog boolean NOT NULL DEFAULT TRUE,
    is_featured boolean NOT NULL DEFAULT FALSE,
    reading_time text,
    word_count text,
    time_required text,
    allow_comments boolean NOT NULL DEFAULT TRUE,
    in_language text NOT NULL,
    license text,
    discussion_url text,
    url text,
    identifier text,
    organization_id text,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE blog_translations (
    id text PRIMARY KEY,
    post_id text NOT NULL,
    in_language text NOT NULL,
    headline jsonb NOT NULL,
    alternative_headline jsonb,
    article_body jsonb NOT NULL,
    excerpt jsonb NOT NULL,
    seo_title jsonb,
    seo_description jsonb,
    seo_keywords jsonb,
    canonical_url jsonb,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE blog_post_authors (
    post_id text NOT NULL,
    author_id text NOT NULL
);

CREATE TABLE blog_post_categories (
    post_id text NOT NULL,
    category_id text NOT NULL
);

CREATE TABLE blog_post_media (
    post_id text NOT NULL,
    media_id text NOT NULL,
    type text NOT NULL, -- cover, gallery, inline
    position text -- a number
);

CREATE TABLE blog_comments (
    id text PRIMARY KEY,
    post_id text NOT NULL,
    parent_id text,
    author_name text NOT NULL,
    author_email text NOT NULL,
    content jsonb NOT NULL,
    rating integer DEFAULT 0,
    status text NOT NULL, -- pending, approved, rejected
    in_language text NOT NULL,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

-- A rollback drops the tables that this made, and not those of a database that was adopted.
COMMENT ON TABLE blog_organizations IS 'Made by concordia_sql.';
COMMENT ON TABLE blog_media IS 'Made by concordia_sql.';
COMMENT ON TABLE blog_authors IS 'Made by concordia_sql.';
COMMENT ON TABLE blog_categories IS 'Made by concordia_sql.';
COMMENT ON TABLE blog_posts IS 'Made by concordia_sql.';
COMMENT ON TABLE blog_translations IS 'Made by concordia_sql.';
COMMENT ON TABLE blog_post_authors IS 'Made by concordia_sql.';
COMMENT ON TABLE blog_post_categories IS 'Made by concordia_sql.';
COMMENT ON TABLE blog_post_media IS 'Made by concordia_sql.';
COMMENT ON TABLE blog_comments IS 'Made by concordia_sql.';
