-- Indexes on the roots of threads, for pages of them: oldest or newest first, and the reviews rated best first.
-- depends: 0003.services

CREATE INDEX blog_comments_roots_idx ON blog_comments (post_id, created_at, id) WHERE parent_id IS NULL;
CREATE INDEX services_reviews_roots_idx ON services_reviews (service_id, created_at, id) WHERE parent_id IS NULL;
CREATE INDEX services_reviews_best_idx ON services_reviews (service_id, rating, created_at, id) WHERE parent_id IS NULL;
