-- Drops the indexes on the roots of threads.
DROP INDEX services_reviews_best_idx;
DROP INDEX services_reviews_roots_idx;
DROP INDEX blog_comments_roots_idx;
