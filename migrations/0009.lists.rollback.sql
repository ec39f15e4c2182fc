-- Drops the indexes, while others read and write.
DROP INDEX CONCURRENTLY IF EXISTS services_translations_language_idx;
DROP INDEX CONCURRENTLY IF EXISTS blog_translations_language_idx;
