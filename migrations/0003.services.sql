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
    slug text NOT NULL UNIQUE,
    name jsonb NOT NULL,
    description jsonb,
    icon text,
    featured_image_id text REFERENCES services_media (id),
    parent_id text REFERENCES services_categories (id),
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
    slug text NOT NULL UNIQUE,
    category_id text REFERENCES services_categories (id),
    provider_id text NOT NULL, -- a user's id
    organization_id text REFERENCES blog_organizations (id),
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
    deleted_at timestamp,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE services_translations (
    id text PRIMARY KEY,
    service_id text NOT NULL REFERENCES services_listings (id),
    in_language text NOT NULL,
    title jsonb NOT NULL,
    description jsonb NOT NULL,
    short_description jsonb,
    seo_title jsonb,
    seo_description jsonb,
    seo_keywords jsonb,
    canonical_url jsonb,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now(),
    UNIQUE (service_id, in_language)
);

CREATE TABLE services_media_links (
    service_id text NOT NULL REFERENCES services_listings (id),
    media_id text NOT NULL REFERENCES services_media (id),
    type text NOT NULL, -- cover, gallery
    position text, -- a number
    PRIMARY KEY (service_id, media_id, type)
);

CREATE TABLE services_reviews (
    id text PRIMARY KEY,
    service_id text NOT NULL REFERENCES services_listings (id),
    parent_id text REFERENCES services_reviews (id),
    author_name text NOT NULL,
    author_email text NOT NULL,
    author_id text, -- a user's id
    content jsonb NOT NULL,
    rating integer NOT NULL, -- 1 to 5; 0 on a reply
    status text NOT NULL DEFAULT 'pending', -- or approved, rejected
    in_language text NOT NULL,
    deleted_at timestamp,
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE services_availability (
    id text PRIMARY KEY,
    service_id text NOT NULL REFERENCES services_listings (id),
    day_of_week integer NOT NULL, -- 0 Sunday to 6 Saturday
    start_time text NOT NULL, -- HH:MM
    end_time text NOT NULL,
    is_available boolean NOT NULL DEFAULT TRUE,
    created_at timestamp NOT NULL DEFAULT now(),
    UNIQUE (service_id, day_of_week, start_time)
);

CREATE TABLE services_bookings (
    id text PRIMARY KEY,
    service_id text NOT NULL REFERENCES services_listings (id),
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

CREATE INDEX services_categories_featured_image_idx ON services_categories (featured_image_id);
CREATE INDEX services_categories_children_idx ON services_categories (parent_id);

-- Lists of services, newest first: all, of one status, category, organization or provider.
CREATE INDEX services_listings_newest_idx
ON services_listings (created_at DESC, id DESC);
CREATE INDEX services_listings_status_newest_idx
ON services_listings (status, created_at DESC, id DESC);
CREATE INDEX services_listings_featured_newest_idx
ON services_listings (is_featured, created_at DESC, id DESC);
CREATE INDEX services_listings_home_newest_idx
ON services_listings (display_in_home, created_at DESC, id DESC);
CREATE INDEX services_listings_category_newest_idx
ON services_listings (category_id, created_at DESC, id DESC);
CREATE INDEX services_listings_organization_newest_idx
ON services_listings (organization_id, created_at DESC, id DESC);
CREATE INDEX services_listings_provider_newest_idx
ON services_listings (provider_id, created_at DESC, id DESC);

-- The other direction of the join table; its primary key serves the service's.
CREATE INDEX services_media_links_media_idx ON services_media_links (media_id);

-- A subtree within its service, a review's replies, a service's reviews, and what waits for moderation: each oldest first.
CREATE INDEX services_reviews_thread_idx ON services_reviews (service_id, parent_id);
CREATE INDEX services_reviews_replies_idx ON services_reviews (parent_id, created_at, id);
CREATE INDEX services_reviews_service_oldest_idx ON services_reviews (service_id, created_at, id);
CREATE INDEX services_reviews_moderation_idx ON services_reviews (status, created_at, id);
CREATE INDEX services_reviews_author_idx ON services_reviews (author_id);

-- The calendars of a service, of a customer and of a provider; the bookings of one status.
CREATE INDEX services_bookings_service_calendar_idx ON services_bookings (service_id, booking_date, booking_time);
CREATE INDEX services_bookings_customer_calendar_idx ON services_bookings (customer_id, booking_date);
CREATE INDEX services_bookings_provider_calendar_idx ON services_bookings (provider_id, booking_date);
CREATE INDEX services_bookings_calendar_idx ON services_bookings (booking_date, booking_time, id);
CREATE INDEX services_bookings_status_calendar_idx ON services_bookings (status, booking_date, booking_time, id);
