"""The prices in the headers of statements: what a call may read beyond what it shows, counted from the tables."""

from collections.abc import Mapping
from typing import Any, cast

import attrs
import psycopg

from concordia_sql import Statement


@attrs.frozen
class Price:
    """So many blocks for each row that the header names, and a query that counts these."""

    blocks: int
    named: str

    def of(self, connection: psycopg.Connection[Any], statement: Statement[Any]) -> int:
        """The blocks that the price adds for a call."""
        fields = {field.name: getattr(statement, field.name) for field in attrs.fields(cast("Any", type(statement)))}
        given = {name: [*value] if isinstance(value, tuple) else value for name, value in fields.items()}
        ((found,),) = connection.execute(self.named.encode(), given)
        return self.blocks * int(found)


def _given(*names: str) -> str:
    """Whether at least one of these filters is given."""
    return "(" + " OR ".join(f"%({name})s::text IS NOT NULL" for name in names) + ")"


def _of_slug(table: str) -> str:
    return f"(SELECT id FROM {table} WHERE slug = %(slug)s)"


_FLAGS = ("display_in_home", "display_in_menu", "is_featured")
_AUTHORS = Price(
    2, f"SELECT count(*) FROM blog_authors WHERE {_given('display_in_home', 'display_in_blog', 'is_featured')}"
)
_ORGANIZATIONS = Price(2, f"SELECT count(*) FROM blog_organizations WHERE {_given('is_active', 'is_featured')}")
_CATEGORIES = Price(2, f"SELECT count(*) FROM blog_categories WHERE {_given(*_FLAGS, 'display_in_blog')}")
_SERVICE_CATEGORIES = Price(2, f"SELECT count(*) FROM services_categories WHERE {_given(*_FLAGS, 'is_active')}")
_INVITATIONS = Price(
    2,
    f"""SELECT count(*) FROM invitation WHERE {_given("open")}
    OR num_nonnulls(%(email)s::text, %(organization_id)s::text, %(inviter_id)s::text, %(status)s::text) > 1""",
)
_MEMBERS = Price(1, f"SELECT count(*) FROM member WHERE organization_id = %(organization_id)s AND {_given('role')}")
_SESSIONS = Price(1, f"SELECT count(*) FROM session WHERE user_id = %(user_id)s AND {_given('expired')}")
_USERS = Price(1, f"""SELECT count(*) FROM "user" WHERE {_given("text")}""")


def _found(**ways: str) -> Price:
    """Five blocks for each post that is found by the filter that finds the most of these, else four for each post."""
    counts = ", ".join(f"(SELECT 5 * count(*) FROM {way})" for way in ways.values())
    return Price(
        1, f"SELECT CASE WHEN {_given(*ways)} THEN greatest({counts}) ELSE (SELECT 4 * count(*) FROM blog_posts) END"
    )


_BY_CATEGORY = """blog_post_categories WHERE category_id IN (WITH RECURSIVE below AS
(SELECT id FROM blog_categories WHERE slug = %(category)s
UNION SELECT c.id FROM blog_categories c JOIN below ON c.parent_id = below.id) SELECT id FROM below)"""
_CATEGORY_POSTS = Price(4, f"SELECT count(*) FROM {_BY_CATEGORY}")
_POSTS = _found(
    author="blog_post_authors l JOIN blog_authors a ON a.id = l.author_id WHERE a.slug = %(author)s",
    category=_BY_CATEGORY,
    language="blog_translations WHERE in_language = %(language)s",
    slug_contains="blog_posts WHERE %(slug_contains)s::text IS NOT NULL",
)
_LISTINGS = Price(2, "SELECT count(*) FROM services_listings")
_BOOKINGS = Price(
    2,
    f"""SELECT count(*) FROM services_bookings WHERE {_given("to_date", "from_date")}
    OR num_nonnulls(%(service_id)s::text, %(customer_id)s::text, %(provider_id)s::text, %(status)s::text) > 1""",
)

_COMMENTS = "blog_comments n JOIN blog_posts s ON s.id = n.post_id"
_REVIEWS = "services_reviews n JOIN services_listings s ON s.id = n.service_id"
_SEEN = {
    _COMMENTS: "coalesce(n.deleted_at IS NULL AND s.deleted_at IS NULL AND s.status = 'published', FALSE)",
    _REVIEWS: "coalesce(n.deleted_at IS NULL AND s.deleted_at IS NULL AND s.status = 'active' AND s.is_active, FALSE)",
}


def _hidden(nodes: str, of: str, blocks: int = 4, times: str = "1") -> Price:
    """Each node that is deleted, not approved or of what is hidden."""
    return Price(
        blocks, f"SELECT count(*) * {times} FROM {nodes} WHERE {of} AND NOT ({_SEEN[nodes]} AND n.status = 'approved')"
    )


def _unseen(nodes: str, of: str) -> Price:
    """Each node that is deleted or of what is hidden."""
    return Price(4, f"SELECT count(*) FROM {nodes} WHERE {of} AND NOT {_SEEN[nodes]}")


def _below(table: str) -> str:
    return f"""n.id IN (WITH RECURSIVE below AS (SELECT id FROM {table} WHERE id = %(id)s
    UNION SELECT c.id FROM {table} c JOIN below ON c.parent_id = below.id) SELECT id FROM below)"""


_OF_LEVELS = "(2 * %(depth)s + 2)"
_REPLIED = (
    "SELECT count(*) FROM {0} n WHERE n.deleted_at IS NOT NULL AND EXISTS (SELECT FROM {0} r WHERE r.parent_id = n.id)"
)


def _links_of(post: str) -> Price:
    return Price(
        4,
        f"""SELECT count(*) FROM (SELECT post_id FROM blog_post_authors UNION ALL
        SELECT post_id FROM blog_post_categories UNION ALL SELECT post_id FROM blog_post_media) l
        WHERE post_id = {post}""",
    )


def _parts_of(listing: str) -> Price:
    """Four blocks for each link to a medium, one for each review."""
    return Price(
        1,
        f"""SELECT (SELECT 4 * count(*) FROM services_media_links WHERE service_id = {listing})
        + (SELECT count(*) FROM services_reviews WHERE service_id = {listing})""",
    )


PRICES: Mapping[str, Price] = {
    "auth.CountInvitations": _INVITATIONS,
    "auth.CountMembers": _MEMBERS,
    "auth.CountSessions": _SESSIONS,
    "auth.CountUsers": _USERS,
    "auth.DeleteOrganization": Price(1, "SELECT count(*) FROM member WHERE organization_id = %(id)s"),
    "auth.GetOrganization": Price(1, "SELECT count(*) FROM member WHERE organization_id = %(id)s"),
    "auth.GetOrganizationBySlug": Price(
        1, f"SELECT count(*) FROM member WHERE organization_id = {_of_slug('organization')}"
    ),
    "auth.GetVerification": Price(2, "SELECT count(*) FROM verification WHERE identifier = %(identifier)s"),
    "auth.ListInvitations": _INVITATIONS,
    "auth.ListMembers": _MEMBERS,
    "auth.ListSessions": _SESSIONS,
    "auth.ListUsers": _USERS,
    "blog.CountAuthors": _AUTHORS,
    "blog.CountCategories": _CATEGORIES,
    "blog.CountCategoryPosts": _CATEGORY_POSTS,
    "blog.CountComments": _hidden(_COMMENTS, "n.post_id = %(post_id)s"),
    "blog.CountCommentsByStatus": _unseen(_COMMENTS, "n.status = %(status)s"),
    "blog.CountMissingTranslations": Price(1, "SELECT count(*) FROM blog_posts"),
    "blog.CountOrganizations": _ORGANIZATIONS,
    "blog.CountPosts": _POSTS,
    "blog.GetAuthor": Price(9, f"SELECT count(*) FROM blog_post_authors WHERE author_id = {_of_slug('blog_authors')}"),
    "blog.GetComment": _hidden(_COMMENTS, _below("blog_comments")),
    "blog.GetCommentPage": _hidden(_COMMENTS, "n.post_id = %(post_id)s", times=_OF_LEVELS),
    "blog.GetCommentPath": _hidden(_COMMENTS, _below("blog_comments")),
    "blog.GetCommentSubtree": _hidden(_COMMENTS, _below("blog_comments"), 5),
    "blog.GetCommentThread": _hidden(_COMMENTS, "n.post_id = %(post_id)s"),
    "blog.GetCommentTree": _hidden(_COMMENTS, "n.post_id = %(post_id)s", 7),
    "blog.GetMedium": Price(9, "SELECT count(*) FROM blog_post_media WHERE media_id = %(id)s"),
    "blog.GetOrganization": Price(
        2, f"SELECT count(*) FROM blog_posts WHERE organization_id = {_of_slug('blog_organizations')}"
    ),
    "blog.GetPost": _links_of(_of_slug("blog_posts")),
    "blog.GetPostById": _links_of("%(id)s"),
    "blog.ListAuthors": _AUTHORS,
    "blog.ListCategories": _CATEGORIES,
    "blog.ListCategoryPosts": _CATEGORY_POSTS,
    "blog.ListCommentPages": _hidden(_COMMENTS, "n.post_id = ANY (%(post_ids)s)", times=_OF_LEVELS),
    "blog.ListComments": _hidden(_COMMENTS, "n.post_id = %(post_id)s"),
    "blog.ListCommentsByStatus": _unseen(_COMMENTS, "n.status = %(status)s"),
    "blog.ListMediumPosts": Price(5, "SELECT count(*) FROM blog_post_media WHERE media_id = %(media_id)s"),
    "blog.ListMissingTranslations": Price(1, "SELECT count(*) FROM blog_posts"),
    "blog.ListOrganizations": _ORGANIZATIONS,
    "blog.ListPosts": _POSTS,
    "blog.PurgeComments": Price(4, _REPLIED.format("blog_comments")),
    "services.CountBookings": _BOOKINGS,
    "services.CountListings": _LISTINGS,
    "services.CountReviews": _hidden(_REVIEWS, "n.service_id = %(service_id)s"),
    "services.CountReviewsByAuthor": _hidden(_REVIEWS, "n.author_id = %(author_id)s"),
    "services.CountReviewsByStatus": _unseen(_REVIEWS, "n.status = %(status)s"),
    "services.CountServiceCategories": _SERVICE_CATEGORIES,
    "services.CreateBooking": Price(2, "SELECT count(*) FROM services_bookings WHERE service_id = %(service_id)s"),
    "services.GetListing": _parts_of(_of_slug("services_listings")),
    "services.GetListingById": _parts_of("%(id)s"),
    "services.GetOrganizationWithListings": Price(
        2, f"SELECT count(*) FROM services_listings WHERE organization_id = {_of_slug('blog_organizations')}"
    ),
    "services.GetReviewPage": _hidden(_REVIEWS, "n.service_id = %(service_id)s", times=_OF_LEVELS),
    "services.GetReviewPath": _hidden(_REVIEWS, _below("services_reviews")),
    "services.GetReviewSubtree": _hidden(_REVIEWS, _below("services_reviews"), 5),
    "services.GetReviewThread": _hidden(_REVIEWS, _below("services_reviews")),
    "services.GetReviewTree": _hidden(_REVIEWS, "n.service_id = %(service_id)s", 7),
    "services.GetServiceMedium": Price(9, "SELECT count(*) FROM services_media_links WHERE media_id = %(id)s"),
    "services.ListBookings": _BOOKINGS,
    "services.ListFreeSlots": Price(2, "SELECT count(*) FROM services_bookings WHERE service_id = %(service_id)s"),
    "services.ListListings": _LISTINGS,
    "services.ListMediumListings": Price(5, "SELECT count(*) FROM services_media_links WHERE media_id = %(media_id)s"),
    "services.ListReviewPages": _hidden(_REVIEWS, "n.service_id = ANY (%(service_ids)s)", times=_OF_LEVELS),
    "services.ListReviewThreads": _hidden(_REVIEWS, "n.service_id = %(service_id)s"),
    "services.ListReviews": Price(4, "SELECT count(*) FROM services_reviews n WHERE n.service_id = %(service_id)s"),
    "services.ListReviewsByAuthor": _hidden(_REVIEWS, "n.author_id = %(author_id)s"),
    "services.ListReviewsByStatus": _unseen(_REVIEWS, "n.status = %(status)s"),
    "services.ListServiceCategories": _SERVICE_CATEGORIES,
    "services.PurgeReviews": Price(4, _REPLIED.format("services_reviews")),
}
"""By the name of the query or command. Others of a file with a price never cost more than they show."""
