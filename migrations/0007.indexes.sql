-- transactional: false
-- The indexes on references, and those that the queries' filters and orders and the commands use. Each is built while others read and write.
-- It can be run again after a failure.
-- depends: 0006.foreign_keys

-- What a build that failed has left.
DO $$
DECLARE
    leftover regclass;
BEGIN
    FOREACH leftover IN ARRAY ARRAY(
        SELECT pg_index.indexrelid::regclass
        FROM pg_index
        INNER JOIN pg_class ON pg_class.oid = pg_index.indexrelid
        WHERE NOT pg_index.indisvalid AND pg_table_is_visible(pg_class.oid) AND pg_class.relname = ANY(ARRAY[
            'user_newest_idx',
            'user_role_newest_idx',
            'user_banned_newest_idx',
            'session_user_idx',
            'session_active_organization_idx',
            'invitation_newest_idx',
            'blog_authors_avatar_idx',
            'blog_authors_organization_idx',
            'blog_categories_featured_image_idx',
            'blog_categories_children_idx',
            'blog_posts_newest_idx',
            'blog_posts_status_newest_idx',
            'blog_posts_featured_newest_idx',
            'blog_posts_home_newest_idx',
            'blog_posts_organization_newest_idx',
            'blog_post_authors_author_idx',
            'blog_post_categories_category_idx',
            'blog_post_media_media_idx',
            'blog_comments_thread_idx',
            'blog_comments_replies_idx',
            'blog_comments_post_oldest_idx',
            'blog_comments_moderation_idx',
            'services_categories_featured_image_idx',
            'services_categories_children_idx',
            'services_listings_newest_idx',
            'services_listings_status_newest_idx',
            'services_listings_featured_newest_idx',
            'services_listings_home_newest_idx',
            'services_listings_category_newest_idx',
            'services_listings_organization_newest_idx',
            'services_listings_provider_newest_idx',
            'services_media_links_media_idx',
            'services_reviews_thread_idx',
            'services_reviews_replies_idx',
            'services_reviews_service_oldest_idx',
            'services_reviews_moderation_idx',
            'services_bookings_service_calendar_idx',
            'services_bookings_customer_calendar_idx',
            'services_bookings_provider_calendar_idx',
            'services_bookings_calendar_idx',
            'services_bookings_status_calendar_idx',
            'blog_comments_roots_idx',
            'services_reviews_roots_idx',
            'services_reviews_best_idx',
            'blog_posts_purge_idx',
            'blog_comments_purge_idx',
            'services_listings_purge_idx',
            'services_reviews_purge_idx',
            'services_bookings_longest_idx',
            'session_expired_idx',
            'verification_expired_idx',
            'services_bookings_other_dates_idx'
        ])
    )
    LOOP
        EXECUTE format('DROP INDEX %s', leftover);
        COMMIT;
    END LOOP;
END
$$;

CREATE INDEX CONCURRENTLY IF NOT EXISTS user_newest_idx ON "user" (created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS user_role_newest_idx ON "user" (role, coalesce(banned, FALSE), created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS user_banned_newest_idx ON "user" (coalesce(banned, FALSE), created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS session_user_idx ON session (user_id, expires_at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS session_active_organization_idx ON session (active_organization_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS invitation_newest_idx ON invitation (created_at DESC, id DESC);

CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_authors_avatar_idx ON blog_authors (avatar_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_authors_organization_idx ON blog_authors (works_for_id, slug);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_categories_featured_image_idx ON blog_categories (featured_image_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_categories_children_idx ON blog_categories (parent_id, slug);

-- Lists of posts, newest first: all, of one status, of one organization.
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_posts_newest_idx
ON blog_posts (coalesce(published_at, created_at) DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_posts_status_newest_idx
ON blog_posts (status, coalesce(published_at, created_at) DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_posts_featured_newest_idx
ON blog_posts (is_featured, coalesce(published_at, created_at) DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_posts_home_newest_idx
ON blog_posts (display_in_home, coalesce(published_at, created_at) DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_posts_organization_newest_idx
ON blog_posts (organization_id, coalesce(published_at, created_at) DESC, id DESC);

-- The other direction of each join table; its primary key serves the post's.
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_post_authors_author_idx ON blog_post_authors (author_id, post_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_post_categories_category_idx ON blog_post_categories (category_id, post_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_post_media_media_idx ON blog_post_media (media_id, post_id);

-- A subtree within its post, a comment's replies, a post's comments, and what waits for moderation: each oldest first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_comments_thread_idx ON blog_comments (post_id, parent_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_comments_replies_idx ON blog_comments (parent_id, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_comments_post_oldest_idx ON blog_comments (post_id, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_comments_moderation_idx ON blog_comments (status, created_at, id);

CREATE INDEX CONCURRENTLY IF NOT EXISTS services_categories_featured_image_idx ON services_categories (featured_image_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_categories_children_idx ON services_categories (parent_id, sort_order, slug);

-- Lists of services, newest first: all, of one status, category, organization or provider.
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_newest_idx
ON services_listings (created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_status_newest_idx
ON services_listings (status, created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_featured_newest_idx
ON services_listings (is_featured, created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_home_newest_idx
ON services_listings (display_in_home, created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_category_newest_idx
ON services_listings (category_id, created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_organization_newest_idx
ON services_listings (organization_id, created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_provider_newest_idx
ON services_listings (provider_id, created_at DESC, id DESC);

-- The other direction of the join table; its primary key serves the service's.
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_media_links_media_idx ON services_media_links (media_id, service_id);

-- A subtree within its service, a review's replies, a service's reviews, and what waits for moderation: each oldest first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_thread_idx ON services_reviews (service_id, parent_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_replies_idx ON services_reviews (parent_id, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_service_oldest_idx ON services_reviews (service_id, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_moderation_idx ON services_reviews (status, created_at, id);

-- The calendars of a service, of a customer and of a provider; the bookings of one status.
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_bookings_service_calendar_idx
ON services_bookings (service_id, booking_date, booking_time);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_bookings_customer_calendar_idx ON services_bookings (customer_id, booking_date);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_bookings_provider_calendar_idx ON services_bookings (provider_id, booking_date);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_bookings_calendar_idx ON services_bookings (booking_date, booking_time, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_bookings_status_calendar_idx ON services_bookings (status, booking_date, booking_time, id);

-- The roots of threads, for pages of them: oldest or newest first, and the reviews rated best first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_comments_roots_idx ON blog_comments (post_id, created_at, id) WHERE parent_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_roots_idx ON services_reviews (service_id, created_at, id) WHERE parent_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_best_idx
ON services_reviews (service_id, rating, created_at, id) WHERE parent_id IS NULL;

-- The order in which deleted and expired rows are purged, and the longest of a listing's open bookings.
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_posts_purge_idx ON blog_posts (coalesce(deleted_at, updated_at), id)
WHERE deleted_at IS NOT NULL OR status = 'deleted';
CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_comments_purge_idx ON blog_comments (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_purge_idx ON services_listings (coalesce(deleted_at, updated_at), id)
WHERE deleted_at IS NOT NULL OR status = 'deleted';
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_purge_idx ON services_reviews (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE INDEX CONCURRENTLY IF NOT EXISTS services_bookings_longest_idx ON services_bookings (service_id, duration_minutes)
WHERE status IN ('pending', 'confirmed');
CREATE INDEX CONCURRENTLY IF NOT EXISTS session_expired_idx ON session (expires_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS verification_expired_idx ON verification (expires_at, id);

-- The open bookings whose date another writer wrote in another form, which the calendar cannot find.
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_bookings_other_dates_idx ON services_bookings (service_id)
WHERE status IN ('pending', 'confirmed') AND booking_date !~ '^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
