-- The services marketplace: media, categories, listings with their translations, reviews, availability and bookings.
-- No foreign key cascades: the application deletes what belongs to a row together with it, and detaches the rest.
-- A reference to a user is not enforced: history outlives accounts.
-- depends: 0002.blog

CREATE TABLE services_media (
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

CREATE TABLE services_categories (
    id text PRIMARY KEY,
    slug text NOT NULL CONSTRAINT services_categories_slug_unique UNIQUE,
    name jsonb NOT NULL,
    description jsonb,
    icon text,
    featured_image_id text,
    parent_id text,
    sort_order integer NOT NULL DEFAULT 0,
    display_in_home boolean NOT NULL DEFAULT FALSE,
    display_in_menu boolean NOT NULL DEFAULT TRUE,
    is_active boolean NOT NULL DEFAULT TRUE,
    is_featured boolean NOT NULL DEFAULT FALSE,
    seo_title jsonb,
    seo_description jsonb,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE services_listings (
    id text PRIMARY KEY,
    slug text NOT NULL CONSTRAINT services_listings_slug_unique UNIQUE,
    category_id text,
    provider_id text NOT NULL, -- a user's id
    organization_id text,
    status text NOT NULL DEFAULT 'pending_review', -- or active, suspended, archived, draft, deleted
    base_price text, -- a decimal
    price_type text, -- hourly, fixed, free, negotiable
    currency text DEFAULT 'EUR',
    duration_minutes integer,
    is_mobile boolean NOT NULL DEFAULT FALSE,
    max_participants integer,
    booking_advance_hours integer,
    cancellation_hours integer,
    is_active boolean NOT NULL DEFAULT TRUE,
    is_featured boolean NOT NULL DEFAULT FALSE,
    display_in_home boolean NOT NULL DEFAULT FALSE,
    allow_reviews boolean NOT NULL DEFAULT TRUE,
    in_language text NOT NULL DEFAULT 'fr',
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE services_translations (
    id text PRIMARY KEY,
    service_id text NOT NULL,
    in_language text NOT NULL,
    title jsonb NOT NULL,
    description jsonb NOT NULL,
    short_description jsonb,
    seo_title jsonb,
    seo_description jsonb,
    seo_keywords jsonb,
    canonical_url jsonb,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE services_media_links (
    service_id text NOT NULL,
    media_id text NOT NULL,
    type text NOT NULL, -- cover, gallery
    position text -- a number
);

CREATE TABLE services_reviews (
    id text PRIMARY KEY,
    service_id text NOT NULL,
    parent_id text,
    author_name text NOT NULL,
    author_email text NOT NULL,
    author_id text, -- a user's id
    content jsonb NOT NULL,
    rating integer NOT NULL, -- 1 to 5; 0 on a reply
    status text NOT NULL DEFAULT 'pending', -- or approved, rejected
    in_language text NOT NULL,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE services_availability (
    id text PRIMARY KEY,
    service_id text NOT NULL,
    day_of_week integer NOT NULL, -- 0 Sunday to 6 Saturday
    start_time text NOT NULL, -- HH:MM
    end_time text NOT NULL,
    is_available boolean NOT NULL DEFAULT TRUE,
    created_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE services_bookings (
    id text PRIMARY KEY,
    service_id text NOT NULL,
    customer_id text NOT NULL, -- a user's id
    provider_id text NOT NULL, -- a user's id
    booking_date text NOT NULL, -- YYYY-MM-DD
    booking_time text NOT NULL, -- HH:MM
    duration_minutes integer NOT NULL,
    total_price text, -- a decimal
    currency text DEFAULT 'EUR',
    -- or confirmed, completed, cancelled_by_client, cancelled_by_provider, no_show
    status text NOT NULL DEFAULT 'pending',
    customer_message text,
    provider_response text,
    cancelled_at timestamp,
    completed_at timestamp,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX idx_services_availability_unique ON services_availability (service_id, day_of_week, start_time);

-- A rollback drops the tables that this made, and not those of a database that was adopted.
COMMENT ON TABLE services_media IS 'Made by concordia_sql.';
COMMENT ON TABLE services_categories IS 'Made by concordia_sql.';
COMMENT ON TABLE services_listings IS 'Made by concordia_sql.';
COMMENT ON TABLE services_translations IS 'Made by concordia_sql.';
COMMENT ON TABLE services_media_links IS 'Made by concordia_sql.';
COMMENT ON TABLE services_reviews IS 'Made by concordia_sql.';
COMMENT ON TABLE services_availability IS 'Made by concordia_sql.';
COMMENT ON TABLE services_bookings IS 'Made by concordia_sql.';
