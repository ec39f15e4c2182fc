-- Drops the blog's tables.
DROP TABLE blog_comments;
DROP TABLE blog_post_media;
DROP TABLE blog_post_categories;
DROP TABLE blog_post_authors;
DROP TABLE blog_translations;
DROP TABLE blog_posts;
DROP TABLE blog_categories;
DROP TABLE blog_authors;
DROP TABLE blog_media;
DROP TABLE blog_organizations;
