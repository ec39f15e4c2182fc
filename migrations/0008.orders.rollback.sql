-- Drops the indexes, while others read and write.
DROP INDEX CONCURRENTLY IF EXISTS services_reviews_summary_idx;
DROP INDEX CONCURRENTLY IF EXISTS services_listings_mobile_newest_idx;
DROP INDEX CONCURRENTLY IF EXISTS services_listings_price_newest_idx;
DROP INDEX CONCURRENTLY IF EXISTS services_reviews_author_oldest_idx;
DROP INDEX CONCURRENTLY IF EXISTS services_reviews_author_status_oldest_idx;
DROP INDEX CONCURRENTLY IF EXISTS services_reviews_service_rating_oldest_idx;
DROP INDEX CONCURRENTLY IF EXISTS services_reviews_service_status_oldest_idx;
DROP INDEX CONCURRENTLY IF EXISTS blog_comments_post_status_oldest_idx;
DROP INDEX CONCURRENTLY IF EXISTS invitation_status_newest_idx;
DROP INDEX CONCURRENTLY IF EXISTS invitation_email_newest_idx;
DROP INDEX CONCURRENTLY IF EXISTS invitation_inviter_newest_idx;
DROP INDEX CONCURRENTLY IF EXISTS invitation_organization_newest_idx;
DROP INDEX CONCURRENTLY IF EXISTS member_organization_oldest_idx;
DROP INDEX CONCURRENTLY IF EXISTS session_user_newest_idx;
DROP INDEX CONCURRENTLY IF EXISTS account_user_oldest_idx;
DROP INDEX CONCURRENTLY IF EXISTS member_user_oldest_idx;
DROP INDEX CONCURRENTLY IF EXISTS services_categories_rank_idx;
