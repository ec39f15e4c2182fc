"""The statements of asyncpg by hand: each gives one JSON value."""

POST = """
SELECT to_json(posts)
FROM blog_posts AS posts
WHERE slug = $1 AND deleted_at IS NULL AND status = 'published'
"""

_CATEGORIES = """
SELECT coalesce(json_agg(categories), '[]')
FROM blog_post_categories AS links
INNER JOIN blog_categories AS categories ON categories.id = links.category_id
WHERE links.post_id = posts.id
"""

_TRANSLATIONS = """
SELECT coalesce(json_agg(translations), '[]') FROM blog_translations AS translations WHERE post_id = posts.id
"""

POST_PAGE = f"""
SELECT to_json(page)
FROM (
    SELECT
        posts.*,
        (
            SELECT coalesce(json_agg(found), '[]')
            FROM (
                SELECT authors.*, to_json(organizations) AS organization
                FROM blog_post_authors AS links
                INNER JOIN blog_authors AS authors ON authors.id = links.author_id
                LEFT JOIN blog_organizations AS organizations ON organizations.id = authors.works_for_id
                WHERE links.post_id = posts.id
            ) AS found
        ) AS authors,
        ({_CATEGORIES}) AS categories,
        ({_TRANSLATIONS}) AS translations
    FROM blog_posts AS posts
    WHERE slug = $1 AND deleted_at IS NULL AND status = 'published'
) AS page
"""

NEWS = f"""
SELECT coalesce(json_agg(page ORDER BY coalesce(published_at, created_at) DESC, id DESC), '[]')
FROM (
    SELECT
        posts.*,
        (
            SELECT coalesce(json_agg(found), '[]')
            FROM (
                SELECT authors.*, to_json(organizations) AS organization, to_json(media) AS avatar
                FROM blog_post_authors AS links
                INNER JOIN blog_authors AS authors ON authors.id = links.author_id
                LEFT JOIN blog_organizations AS organizations ON organizations.id = authors.works_for_id
                LEFT JOIN blog_media AS media ON media.id = authors.avatar_id
                WHERE links.post_id = posts.id
            ) AS found
        ) AS authors,
        ({_CATEGORIES}) AS categories,
        (
            SELECT coalesce(json_agg(found), '[]')
            FROM (
                SELECT media.*, links.type AS link_type, links.position
                FROM blog_post_media AS links
                INNER JOIN blog_media AS media ON media.id = links.media_id
                WHERE links.post_id = posts.id
            ) AS found
        ) AS media,
        ({_TRANSLATIONS}) AS translations
    FROM blog_posts AS posts
    WHERE status = $1 AND deleted_at IS NULL
    ORDER BY coalesce(published_at, created_at) DESC, id DESC
    LIMIT $2
) AS page
"""

THREAD = """
SELECT coalesce(json_agg(comments ORDER BY created_at, id), '[]')
FROM blog_comments AS comments
WHERE post_id = $1 AND deleted_at IS NULL AND status = 'approved'
"""

THREAD_PAGE = """
WITH RECURSIVE page AS (
    (
        SELECT *, 0 AS depth
        FROM blog_comments
        WHERE post_id = $1 AND parent_id IS NULL AND deleted_at IS NULL AND status = 'approved'
        ORDER BY created_at, id
        LIMIT $2
    )
    UNION ALL
    SELECT replies.*, page.depth + 1
    FROM page
    CROSS JOIN LATERAL (
        SELECT *
        FROM blog_comments
        WHERE parent_id = page.id AND deleted_at IS NULL AND status = 'approved'
        ORDER BY created_at, id
        LIMIT $3
    ) AS replies
    WHERE page.depth < $4
)
SELECT coalesce(json_agg(page ORDER BY created_at, id), '[]') FROM page
"""

ADD_COMMENT = """
INSERT INTO blog_comments (id, post_id, author_name, author_email, content, status, in_language)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING to_json(blog_comments)
"""

CREATE_POST = """
WITH post AS (
    INSERT INTO blog_posts (
        id, slug, status, published_at, display_in_home, display_in_blog, is_featured, reading_time, word_count,
        time_required, allow_comments, in_language, license, discussion_url, url, identifier, organization_id
    )
    SELECT
        id, slug, status, published_at, display_in_home, display_in_blog, is_featured, reading_time, word_count,
        time_required, allow_comments, in_language, license, discussion_url, url, identifier, organization_id
    FROM json_populate_record(NULL::blog_posts, $1)
    RETURNING *
),
translations AS (
    INSERT INTO blog_translations (id, post_id, in_language, headline, article_body, excerpt)
    SELECT translation.id, post.id, translation.in_language, headline, article_body, excerpt
    FROM post
    CROSS JOIN json_populate_recordset(NULL::blog_translations, $2) AS translation
),
authors AS (
    INSERT INTO blog_post_authors (post_id, author_id)
    SELECT post.id, author_id FROM post CROSS JOIN unnest($3::text[]) AS author_id
),
categories AS (
    INSERT INTO blog_post_categories (post_id, category_id)
    SELECT post.id, category_id FROM post CROSS JOIN unnest($4::text[]) AS category_id
),
media AS (
    INSERT INTO blog_post_media (post_id, media_id, type, position)
    SELECT post.id, medium.media_id, medium.type, medium.position
    FROM post
    CROSS JOIN json_populate_recordset(NULL::blog_post_media, $5) AS medium
)
SELECT to_json(post) FROM post
"""

FRENCH_POST = """
SELECT to_json(page)
FROM (
    SELECT
        posts.*,
        (
            SELECT coalesce(json_agg(translations), '[]')
            FROM blog_translations AS translations
            WHERE post_id = posts.id AND in_language = $2
        ) AS translations
    FROM blog_posts AS posts
    WHERE slug = $1 AND deleted_at IS NULL AND status = 'published'
) AS page
"""

SESSION = """
SELECT to_json(found)
FROM (
    SELECT session.*, to_json(users) AS user
    FROM session
    INNER JOIN "user" AS users ON users.id = session.user_id
    WHERE token = $1
) AS found
"""

LISTING_PAGE = """
SELECT to_json(page)
FROM (
    SELECT
        listings.*,
        to_json(categories) AS category,
        to_json(organizations) AS organization,
        (
            SELECT coalesce(json_agg(translations), '[]')
            FROM services_translations AS translations
            WHERE service_id = listings.id
        ) AS translations,
        (
            SELECT coalesce(json_agg(found), '[]')
            FROM (
                SELECT media.*, links.type AS link_type, links.position
                FROM services_media_links AS links
                INNER JOIN services_media AS media ON media.id = links.media_id
                WHERE links.service_id = listings.id
            ) AS found
        ) AS media,
        (
            SELECT coalesce(json_agg(slots), '[]')
            FROM services_availability AS slots
            WHERE service_id = listings.id
        ) AS availability,
        (
            SELECT
                json_build_object(
                    'count', count(*),
                    'average', round(avg(rating), 2),
                    'distribution', json_build_array(
                        count(*) FILTER (WHERE rating = 1),
                        count(*) FILTER (WHERE rating = 2),
                        count(*) FILTER (WHERE rating = 3),
                        count(*) FILTER (WHERE rating = 4),
                        count(*) FILTER (WHERE rating = 5)
                    )
                )
            FROM services_reviews
            WHERE
                service_id = listings.id
                AND deleted_at IS NULL
                AND status = 'approved'
                AND parent_id IS NULL
                AND rating BETWEEN 1 AND 5
        ) AS rating_summary
    FROM services_listings AS listings
    LEFT JOIN services_categories AS categories ON categories.id = listings.category_id
    LEFT JOIN blog_organizations AS organizations ON organizations.id = listings.organization_id
    WHERE listings.slug = $1 AND listings.deleted_at IS NULL AND listings.status = 'active' AND listings.is_active
) AS page
"""
