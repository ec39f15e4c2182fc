DROP INDEX verification_expired_idx;
DROP INDEX session_expired_idx;
DROP INDEX services_bookings_longest_idx;
DROP INDEX services_reviews_purge_idx;
DROP INDEX services_listings_purge_idx;
DROP INDEX blog_comments_purge_idx;
DROP INDEX blog_posts_purge_idx;
DROP FUNCTION refuse_command;
