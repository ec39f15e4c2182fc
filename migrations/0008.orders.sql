-- transactional: false
-- Indexes in the order of lists that filter, so that a page is read without sorting what it leaves out. Each is built while others read and write.
-- It can be run again after a failure.
-- depends: 0007.indexes

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
            'member_organization_oldest_idx',
            'session_user_newest_idx',
            'account_user_oldest_idx',
            'member_user_oldest_idx',
            'services_categories_rank_idx',
            'invitation_organization_newest_idx',
            'invitation_inviter_newest_idx',
            'invitation_email_newest_idx',
            'invitation_status_newest_idx',
            'blog_comments_post_status_oldest_idx',
            'services_reviews_service_status_oldest_idx',
            'services_reviews_service_rating_oldest_idx',
            'services_reviews_author_oldest_idx',
            'services_reviews_author_status_oldest_idx',
            'services_listings_price_newest_idx',
            'services_listings_mobile_newest_idx',
            'services_reviews_summary_idx'
        ])
    )
    LOOP
        EXECUTE format('DROP INDEX %s', leftover);
        COMMIT;
    END LOOP;
END
$$;

CREATE INDEX CONCURRENTLY IF NOT EXISTS member_organization_oldest_idx ON member (organization_id, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS session_user_newest_idx ON session (user_id, created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS account_user_oldest_idx ON account (user_id, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS member_user_oldest_idx ON member (user_id, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_categories_rank_idx ON services_categories (sort_order, slug, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS invitation_organization_newest_idx ON invitation (organization_id, created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS invitation_inviter_newest_idx ON invitation (inviter_id, created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS invitation_email_newest_idx ON invitation (lower(email), created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS invitation_status_newest_idx ON invitation (status, created_at DESC, id DESC);

CREATE INDEX CONCURRENTLY IF NOT EXISTS blog_comments_post_status_oldest_idx ON blog_comments (post_id, status, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_service_status_oldest_idx
ON services_reviews (service_id, status, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_service_rating_oldest_idx
ON services_reviews (service_id, rating, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_author_oldest_idx ON services_reviews (author_id, created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_author_status_oldest_idx
ON services_reviews (author_id, status, created_at, id);

CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_price_newest_idx ON services_listings (price_type, created_at DESC, id DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_listings_mobile_newest_idx ON services_listings (is_mobile, created_at DESC, id DESC);

-- The ratings that a summary counts, without the reviews themselves.
CREATE INDEX CONCURRENTLY IF NOT EXISTS services_reviews_summary_idx ON services_reviews (service_id, rating)
WHERE parent_id IS NULL AND coalesce(deleted_at IS NULL, FALSE) AND status = 'approved';
