"""The sample's blog: posts with their translations, authors, categories, media and comments."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random

from concordia_sql.tools.sample.block import NOW, Kind, Row, Rows, Table, or_null, past, stamps
from concordia_sql.tools.sample.texts import (
    BLOG_CATEGORIES,
    BLOG_CATEGORY_PARENTS,
    FAMILY_NAMES,
    GIVEN_NAMES,
    HEADLINES,
    JOBS,
    LANGUAGES,
    PLACES,
    REGION,
    REMARKS,
    WORDS,
    article,
    full_name,
    full_names,
    in_languages,
    links,
    localized,
    localized_or_null,
    nth,
    sentence,
    seo,
    slug_of,
    to_json,
)
from concordia_sql.tools.sample.threads import Thread, chain, remarks, star, tree

ORGANIZATION = Kind("blog-organization", 10)
MEDIA = Kind("media", 40, is_uuid=True)
AUTHOR = Kind("author", 12)
CATEGORY = Kind("category", len(BLOG_CATEGORIES))
POST = Kind("post", 50)
TRANSLATION = Kind("translation", 250, is_uuid=True)
COMMENT = Kind("comment", 2000)

MY_POST_SLUG = "my-post"
"""A published post with everything."""

JOHN_DOE_SLUG = "john-doe"
"""An author of many posts, "my-post" among them, in every state of a post."""

FORTY_COMMENTS_SLUG = "forty-comments"
"""A published post with exactly 40 comments, all approved, none deleted."""

DEEP_THREAD_SLUG = "deep-thread"
"""A published post with one thread of 64 levels, all approved, none deleted."""

WIDE_THREAD_SLUG = "wide-thread"
"""A published post with one comment that has 400 replies."""

COMMENT_ROOT_ID = "comment-root"
"""The first comment of "my-post", with replies to six levels below it."""

_MY_POST, _FORTY_COMMENTS, _DEEP_THREAD, _WIDE_THREAD = range(4)
_SLUGS = [MY_POST_SLUG, FORTY_COMMENTS_SLUG, DEEP_THREAD_SLUG, WIDE_THREAD_SLUG]
_JOHN_DOE = 0
_NEWS = len(BLOG_CATEGORIES) - 2  # the last but one
_MY_POST_THREAD = [
    *(*chain(6), 0, 0, 1, 1, 2, 6, 6, 11, 12, 13, 3, 3, 4, 5),
    *(None, 20, 20, 21, 23, 24),
    *(None, 26, 26, 27, 28),
    *(None, 31, 32, 33, 33, 31, 31),
    *(None, None),
]

_ADDRESSES: list[Row] = [
    {
        "@type": "PostalAddress",
        "streetAddress": "12 rue des Lilas",
        "postalCode": "69001",
        "addressLocality": "Lyon",
        "addressCountry": "FR",
    },
    {
        "street": "Rua Augusta 7",
        "geo": {"lat": 38.71, "lng": -9.14},
        "floors": [1, 2],
        "lift": True,
        "note": None,
    },
    {"fr": "3 place du Marché", "ar": "ساحة السوق 3"},
    {},
]


def blog_organizations(block: int, random: Random) -> Rows:
    """Publishers; the last three publish nothing."""
    for i in range(ORGANIZATION.per_block):
        key = ORGANIZATION.id(block, i)
        place = nth(PLACES, i)
        yield {
            "id": key,
            "name": f"Éditions {place['fr']}",
            "slug": key,
            "alternate_name": localized_or_null(place, i),
            "legal_name": localized_or_null(place, i),
            "description": localized_or_null(nth(HEADLINES, i), i),
            "slogan": localized_or_null(nth(REMARKS, i), i),
            "url": or_null(f"https://{key}.example", i, 4),
            "logo": or_null(f"https://images.example/{key}.svg", i, 3),
            "image": or_null(f"https://images.example/{key}.jpg", i, 2),
            "email": or_null(f"contact@{key}.example", i, 5),
            "telephone": or_null(f"+33 4 00 00 00 {i:02}", i, 3),
            "address": or_null(to_json(nth(_ADDRESSES, i)), i, 9),
            "same_as": or_null(links(key, i), i, 9),
            "founding_date": or_null(NOW - timedelta(days=365 * (i + 1)), i, 4),
            "is_active": i % 5 != 4,
            "is_featured": i % 3 == 0,
            **stamps(random),
        }


def media_rows(kind: Kind, block: int, random: Random) -> Rows:
    """Images, videos and audio, of the blog or of the services."""
    for i in range(kind.per_block):
        key = kind.id(block, i)
        media_type, suffix = [("image", "jpg"), ("image", "webp"), ("video", "mp4"), ("audio", "mp3")][i % 4]
        yield {
            "id": key,
            "url": f"https://images.example/{key}.{suffix}",
            "content_url": or_null(f"https://files.example/{key}.{suffix}", i, 3),
            "type": media_type,
            "encoding_format": or_null(f"{media_type}/{suffix}", i, 5),
            "width": None if media_type == "audio" else "1200",
            "height": None if media_type == "audio" else "800",
            "duration": None if media_type == "image" else f"PT{i}M30S",
            "license": or_null("CC-BY-4.0", i, 4),
            "copyright_holder": or_null(full_name(i, "fr"), i, 6),
            "caption": localized_or_null(nth(HEADLINES, i), i),
            "description": localized_or_null(nth(REMARKS, i), i),
            "alt": localized_or_null(nth(WORDS, i), i),
            "thumbnail_url": or_null(f"https://images.example/{key}-small.webp", i, 2),
            **stamps(random),
        }


def blog_media(block: int, random: Random) -> Rows:
    """The blog's media; the last two are in no post."""
    return media_rows(MEDIA, block, random)


def blog_authors(block: int, random: Random) -> Rows:
    """Authors; some without avatar or organization, the last two without posts."""
    for i in range(AUTHOR.per_block):
        key = AUTHOR.id(block, i)
        slug = JOHN_DOE_SLUG if (block, i) == (0, _JOHN_DOE) else key
        yield {
            "id": key,
            "slug": slug,
            "given_name": localized_or_null(nth(GIVEN_NAMES, i), i),
            "family_name": localized_or_null(nth(FAMILY_NAMES, i), i),
            "display_name": localized(full_names(i), i),
            "bio": localized_or_null(nth(HEADLINES, i), i),
            "job_title": localized_or_null(nth(JOBS, i), i),
            "email": or_null(f"{slug}@concordia.example", i, 5),
            "avatar_id": or_null(MEDIA.id(block, i), i, 3),
            "avatar_url": or_null(f"https://images.example/{key}.jpg", i, 2),
            "website": or_null(f"https://{slug}.example", i, 4),
            "same_as": or_null(links(slug, i), i, 9),
            "works_for_id": or_null(ORGANIZATION.id(block, i % 7), i, 5),
            "display_in_home": i % 4 == 0,
            "display_in_blog": i % 6 != 5,
            "is_featured": i % 5 == 0,
            **seo(full_names(i), nth(HEADLINES, i), f"authors/{slug}", i),
            **stamps(random),
        }


def blog_categories(block: int, random: Random) -> Rows:
    """Category trees of up to four levels; the last category is empty."""
    for i, (name, parent) in enumerate(zip(BLOG_CATEGORIES, BLOG_CATEGORY_PARENTS, strict=True)):
        key = CATEGORY.id(block, i)
        yield {
            "id": key,
            "slug": key,
            "name": localized(name, i),
            "description": localized_or_null(nth(HEADLINES, i), i),
            "featured_image_id": or_null(MEDIA.id(block, 20 + i), i, 4),
            "display_in_home": i % 4 == 0,
            "display_in_menu": i % 5 != 4,
            "display_in_blog": i % 6 != 5,
            "is_featured": i % 7 == 0,
            "parent_id": None if parent is None else CATEGORY.id(block, parent),
            **seo(name, nth(HEADLINES, i), f"categories/{key}", i),
            **stamps(random),
        }


def blog_posts(block: int, random: Random) -> Rows:
    """Posts: most published; drafts, archived and deleted ones; some published at the same moment."""
    for i in range(POST.per_block):
        key, slug = POST.id(block, i), _post_slug(block, i)
        created_at = past(random)
        published_at = created_at + timedelta(hours=12 * random.randrange(60))
        if i in (11, 12, 13):
            published_at = NOW
        minutes = random.randrange(3, 15)
        yield {
            "id": key,
            "slug": slug,
            "status": _post_status(i),
            "published_at": None if i % 10 == 7 or i == 16 else published_at,
            "display_in_home": i % 4 == 0,
            "display_in_blog": i % 9 != 8,
            "is_featured": i % 7 == 0,
            "reading_time": or_null(str(minutes), i, 6),
            "word_count": or_null(str(minutes * 200), i, 6),
            "time_required": or_null(f"PT{minutes}M", i, 5),
            "allow_comments": i % 10 != 5,
            "in_language": LANGUAGES[i % 4],
            "license": or_null("CC-BY-SA-4.0", i, 3),
            "discussion_url": or_null(f"https://talk.example/{slug}", i, 4),
            "url": or_null(f"https://concordia.example/blog/{slug}", i, 8),
            "identifier": or_null(f"urn:concordia:{key}", i, 2),
            "organization_id": or_null(ORGANIZATION.id(block, i % 7), i, 6),
            "deleted_at": NOW if i in (29, 46) else None,
            "created_at": created_at,
            "updated_at": max(created_at, published_at),
        }


def blog_translations(block: int, random: Random) -> Rows:
    """The posts' translations."""
    for n, (i, language) in enumerate(in_languages(POST.per_block)):
        headline = nth(HEADLINES, i)
        body = {REGION: sentence(REGION, random), language: article(language, random)}
        excerpt = {REGION: sentence(REGION, random), language: sentence(language, random)}
        yield {
            "id": TRANSLATION.id(block, n),
            "post_id": POST.id(block, i),
            "in_language": language,
            "headline": localized(headline, i, [language]),
            "alternative_headline": localized_or_null(nth(REMARKS, i), n, [language]),
            "article_body": localized(body, i, [language]),
            "excerpt": localized(excerpt, i, [language]),
            **seo(headline, excerpt, f"blog/{_post_slug(block, i)}", n, [language]),
            **stamps(random),
        }


def blog_post_authors(block: int, _: Random) -> Rows:
    """One author a post, two of every other; John Doe beside them in any block; every tenth post has none."""
    for i in range(POST.per_block):
        authors = [] if i % 10 == 6 else [AUTHOR.id(block, i % 10)]
        if authors and i % 2 == 0:
            authors.append(AUTHOR.id(block, (i + 3) % 10))
        if i % 10 == 4 or i in (7, 8, 19, 29):
            authors.append(AUTHOR.id(0, _JOHN_DOE))
        for author_id in authors:
            yield {"post_id": POST.id(block, i), "author_id": author_id}


def blog_post_categories(block: int, _: Random) -> Rows:
    """One category a post, three of every third, some in the first block's News; every tenth has none."""
    for i in range(POST.per_block):
        categories = [CATEGORY.id(block, (i + step) % _NEWS) for step in range(3 if i % 3 == 0 else 1)]
        if i % 4 == 1:
            categories.append(CATEGORY.id(0, _NEWS))
        for category_id in [] if i % 10 == 9 else categories:
            yield {"post_id": POST.id(block, i), "category_id": category_id}


def blog_post_media(block: int, _: Random) -> Rows:
    """Up to four media a post, their positions not in the order of text; some covers are inline too."""
    links = [("cover", "0"), ("gallery", "10"), ("gallery", "2"), ("inline", None)]
    for i in range(POST.per_block):
        for step, (use, position) in enumerate([] if i == 18 else links[: 4 - i % 4]):
            media_index = i * 3 + (step % 3 if i % 8 == 4 else step)
            yield {
                "post_id": POST.id(block, i),
                "media_id": MEDIA.id(block, media_index % (MEDIA.per_block - 2)),
                "type": use,
                "position": position,
            }


def blog_comments(block: int, random: Random) -> Rows:
    """The comments; every fifth post has none."""
    first = 0
    for i in range(POST.per_block):
        thread = _comment_thread(i, random)
        ids = [_comment_id(block, n) for n in range(first, first + len(thread))]
        is_moderated = i not in (_FORTY_COMMENTS, _DEEP_THREAD)
        for n, row in enumerate(remarks(thread, ids, random, moderated=is_moderated), first):
            rating = n % 6 if row["parent_id"] is None else 0
            yield {**row, "post_id": POST.id(block, i), "rating": or_null(rating, n, 11)}
        first += len(thread)


def _post_slug(block: int, i: int) -> str:
    if block == 0 and i < len(_SLUGS):
        return _SLUGS[i]
    return slug_of(nth(HEADLINES, i), POST.number(block, i))


def _post_status(i: int) -> str:
    if i in (19, 39):
        return "deleted"
    return {7: "draft", 8: "archived"}.get(i % 10, "published")


def _comment_id(block: int, n: int) -> str:
    return COMMENT_ROOT_ID if (block, n) == (0, 0) else COMMENT.id(block, n)


def _comment_thread(i: int, random: Random) -> Thread:
    special = {_MY_POST: _MY_POST_THREAD, _DEEP_THREAD: chain(64), _WIDE_THREAD: star(400)}
    if i in special:
        return special[i]
    if i % 5 == 0:
        return []
    return tree(random, 40 if i == _FORTY_COMMENTS else 7 + i * 37 % 64)


TABLES: Mapping[str, Table] = {
    "blog_organizations": blog_organizations,
    "blog_media": blog_media,
    "blog_authors": blog_authors,
    "blog_categories": blog_categories,
    "blog_posts": blog_posts,
    "blog_translations": blog_translations,
    "blog_post_authors": blog_post_authors,
    "blog_post_categories": blog_post_categories,
    "blog_post_media": blog_post_media,
    "blog_comments": blog_comments,
}
