-- What commands need: how a statement refuses what a rule forbids, the order in which deleted and expired rows go, and the longest of a
-- listing's open bookings.
-- depends: 0004.threads

CREATE OR REPLACE FUNCTION refuse_command(reason text, detail text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'RC001', MESSAGE = reason, DETAIL = refuse_command.detail;
END
$$;

CREATE INDEX blog_posts_purge_idx ON blog_posts (coalesce(deleted_at, updated_at), id)
WHERE deleted_at IS NOT NULL OR status = 'deleted';
CREATE INDEX blog_comments_purge_idx ON blog_comments (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX services_listings_purge_idx ON services_listings (coalesce(deleted_at, updated_at), id)
WHERE deleted_at IS NOT NULL OR status = 'deleted';
CREATE INDEX services_reviews_purge_idx ON services_reviews (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE INDEX services_bookings_longest_idx ON services_bookings (service_id, duration_minutes)
WHERE status IN ('pending', 'confirmed');
CREATE INDEX session_expired_idx ON session (expires_at, id);
CREATE INDEX verification_expired_idx ON verification (expires_at, id);
