-- Drops the services marketplace's tables.
DROP TABLE services_bookings;
DROP TABLE services_availability;
DROP TABLE services_reviews;
DROP TABLE services_media_links;
DROP TABLE services_translations;
DROP TABLE services_listings;
DROP TABLE services_categories;
DROP TABLE services_media;
