-- The blog: organizations, media, authors, categories, posts with their translations, and comments.
-- No foreign key cascades: the application deletes what belongs to a row together with it, and detaches the rest.
-- depends: 0001.auth

CREATE TABLE blog_organizations (
    id text PRIMARY KEY,
    name text NOT NULL,
    slug text NOT NULL UNIQUE,
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
    slug text NOT NULL UNIQUE,
    given_name jsonb,
    family_name jsonb,
    display_name jsonb NOT NULL,
    bio jsonb,
    job_title jsonb,
    email text UNIQUE,
    avatar_id text REFERENCES blog_media (id),
    avatar_url text,
    website text,
    same_as jsonb,
    works_for_id text REFERENCES blog_organizations (id),
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
    slug text NOT NULL UNIQUE,
    name jsonb NOT NULL,
    description jsonb,
    featured_image_id text REFERENCES blog_media (id),
    display_in_home boolean NOT NULL DEFAULT FALSE,
    display_in_menu boolean NOT NULL DEFAULT TRUE,
    display_in_blog boolean NOT NULL DEFAULT TRUE,
    is_featured boolean NOT NULL DEFAULT FALSE,
    parent_id text REFERENCES blog_categories (id),
    seo_title jsonb,
    seo_description jsonb,
    seo_keywords jsonb,
    canonical_url jsonb,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE blog_posts (
    id text PRIMARY KEY,
    slug text NOT NULL UNIQUE,
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
    organization_id text REFERENCES blog_organizations (id),
    deleted_at timestamp,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE blog_translations (
    id text PRIMARY KEY,
    post_id text NOT NULL REFERENCES blog_posts (id),
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
    updated_at timestamp NOT NULL DEFAULT now(),
    UNIQUE (post_id, in_language)
);

CREATE TABLE blog_post_authors (
    post_id text NOT NULL REFERENCES blog_posts (id),
    author_id text NOT NULL REFERENCES blog_authors (id),
    PRIMARY KEY (post_id, author_id)
);

CREATE TABLE blog_post_categories (
    post_id text NOT NULL REFERENCES blog_posts (id),
    category_id text NOT NULL REFERENCES blog_categories (id),
    PRIMARY KEY (post_id, category_id)
);

CREATE TABLE blog_post_media (
    post_id text NOT NULL REFERENCES blog_posts (id),
    media_id text NOT NULL REFERENCES blog_media (id),
    type text NOT NULL, -- cover, gallery, inline
    position text, -- a number
    PRIMARY KEY (post_id, media_id, type)
);

CREATE TABLE blog_comments (
    id text PRIMARY KEY,
    post_id text NOT NULL REFERENCES blog_posts (id),
    parent_id text REFERENCES blog_comments (id),
    author_name text NOT NULL,
    author_email text NOT NULL,
    content jsonb NOT NULL,
    rating integer DEFAULT 0,
    status text NOT NULL, -- pending, approved, rejected
    in_language text NOT NULL,
    deleted_at timestamp,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE INDEX blog_authors_avatar_idx ON blog_authors (avatar_id);
CREATE INDEX blog_authors_organization_idx ON blog_authors (works_for_id);
CREATE INDEX blog_categories_featured_image_idx ON blog_categories (featured_image_id);
CREATE INDEX blog_categories_children_idx ON blog_categories (parent_id);

-- Lists of posts, newest first: all, of one status, of one organization.
CREATE INDEX blog_posts_newest_idx
ON blog_posts (coalesce(published_at, created_at) DESC, id DESC);
CREATE INDEX blog_posts_status_newest_idx
ON blog_posts (status, coalesce(published_at, created_at) DESC, id DESC);
CREATE INDEX blog_posts_featured_newest_idx
ON blog_posts (is_featured, coalesce(published_at, created_at) DESC, id DESC);
CREATE INDEX blog_posts_home_newest_idx
ON blog_posts (display_in_home, coalesce(published_at, created_at) DESC, id DESC);
CREATE INDEX blog_posts_organization_newest_idx
ON blog_posts (organization_id, coalesce(published_at, created_at) DESC, id DESC);

-- The other direction of each join table; its primary key serves the post's.
CREATE INDEX blog_post_authors_author_idx ON blog_post_authors (author_id);
CREATE INDEX blog_post_categories_category_idx ON blog_post_categories (category_id);
CREATE INDEX blog_post_media_media_idx ON blog_post_media (media_id);

-- A subtree within its post, a comment's replies, a post's comments, and what waits for moderation: each oldest first.
CREATE INDEX blog_comments_thread_idx ON blog_comments (post_id, parent_id);
CREATE INDEX blog_comments_replies_idx ON blog_comments (parent_id, created_at, id);
CREATE INDEX blog_comments_post_oldest_idx ON blog_comments (post_id, created_at, id);
CREATE INDEX blog_comments_moderation_idx ON blog_comments (status, created_at, id);
