"""Every relation, from both ends, on databases at random, as plain SELECTs joined in Python have it."""

from collections.abc import Iterator
from random import Random
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concordia_sql import Querier, auth, blog, profile, services
from tests.auth import expected as accounts
from tests.blog.expected import Blog
from tests.services.expected import Marketplace
from tests.support.databases import new_database
from tests.support.generated import fill
from tests.support.reading import made, paged, rows


@pytest.fixture(scope="module")
def database(server_url: str, concordia_template: str) -> Iterator[psycopg.Connection[Any]]:
    with (
        new_database(server_url, concordia_template) as url,
        psycopg.connect(url, autocommit=True, options="-c TimeZone=UTC") as connection,
    ):
        yield connection


generated = settings(max_examples=8, deadline=None)
seeds = st.integers(0, 2**32)


@generated
@given(seed=seeds)
def test_accounts(database: psycopg.Connection[Any], seed: int) -> None:
    fill(database, Random(seed))
    querier = Querier(database)
    for row in rows(database, "user"):
        assert querier.fetch(auth.GetUser(id=row["id"])) == accounts.user_details(database, row)
    for row in rows(database, "organization"):
        assert querier.fetch(auth.GetOrganization(id=row["id"])) == accounts.organization_details(database, row)
        listed = paged(querier, auth.ListMembers(organization_id=row["id"]), 2)
        assert [each.id for each in listed] == [each["id"] for each in accounts.members(database, row["id"])]
    for row in rows(database, "session"):
        assert querier.fetch(
            auth.GetSession(token=row["token"], expired=None, banned=None)
        ) == accounts.session_details(database, row)
    for row in rows(database, "account"):
        account = querier.fetch(auth.GetAccount(provider_id=row["provider_id"], account_id=row["account_id"]))
        assert account is not None
        assert (account.id, account.user) == (row["id"], accounts.user(database, row["user_id"]))
    for row in rows(database, "member"):
        member = querier.fetch(auth.GetMember(organization_id=row["organization_id"], user_id=row["user_id"]))
        assert member == accounts.member_details(database, row)
    for row in rows(database, "invitation"):
        assert querier.fetch(auth.GetInvitation(id=row["id"])) == accounts.invitation_details(database, row)
    for row in rows(database, "profile"):
        found = querier.fetch(profile.GetProfile(user_id=row["user_id"]))
        assert found is not None
        assert (found.id, found.user.id) == (row["id"], row["user_id"])


@generated
@given(seed=seeds)
def test_the_blog(database: psycopg.Connection[Any], seed: int) -> None:
    fill(database, Random(seed))
    querier, expected = Querier(database), Blog(database)
    for row in expected.posts():
        comments = tuple(expected.comment_thread(row["id"]))
        whole = querier.fetch(blog.GetPost(slug=row["slug"]).into(blog.FullPost))
        assert whole == expected.post_details(row, cls=blog.FullPost, comments=comments)
    posts = paged(querier, blog.ListPosts(), 2)
    assert posts == [expected.post_details(row, cls=blog.ListedPost, cursor="") for row in expected.posts()]
    for row in expected.rows("blog_authors"):
        assert querier.fetch(blog.GetAuthor(slug=row["slug"])) == expected.author_with_posts(row)
    for row in expected.rows("blog_categories"):
        own = tuple(made(blog.Post, post) for post in expected.posts(category=row["slug"]))
        category = querier.fetch(blog.GetCategory(slug=row["slug"]).into(blog.CategoryWithPosts))
        assert category == expected.category_details(row, blog.CategoryWithPosts, posts=own)
    for row in expected.rows("blog_organizations"):
        organization = querier.fetch(blog.GetOrganization(slug=row["slug"]))
        own = tuple(made(blog.Post, post) for post in expected.posts(organization=row["slug"]))
        authors = tuple(made(blog.Author, author) for author in expected.authors(organization=row["slug"]))
        counted = {"post_count": len(own), "author_count": len(authors)}
        assert organization == made(blog.OrganizationDetails, row, posts=own, authors=authors, **counted)
    for row in expected.rows("blog_media"):
        medium = querier.fetch(blog.GetMedium(id=row["id"]))
        links = [link for link in expected.rows("blog_post_media") if link["media_id"] == row["id"]]
        uses = tuple(
            made(blog.LinkedPost, post, link_type=link["type"], position=link["position"])
            for post in expected.posts()
            for link in sorted(links, key=lambda link: link["type"])
            if link["post_id"] == post["id"]
        )
        assert medium == made(blog.MediumDetails, row, posts=uses, post_count=len(uses))
    for row in expected.rows("blog_translations"):
        post = expected.find(blog.Post, "blog_posts", row["post_id"])
        assert querier.fetch(blog.GetTranslation(id=row["id"])) == made(blog.TranslationDetails, row, post=post)
    for row in expected.comments():
        assert querier.fetch(blog.GetComment(id=row["id"])) == expected.comment(row)
        assert querier.fetch(blog.GetCommentDetails(id=row["id"])) == expected.comment_details(row)


@generated
@given(seed=seeds)
def test_the_marketplace(database: psycopg.Connection[Any], seed: int) -> None:
    fill(database, Random(seed))
    querier, expected = Querier(database), Marketplace(database)
    for row in expected.listings():
        assert querier.fetch(services.GetListing(slug=row["slug"])) == expected.listing_details(row)
        reviews = tuple(expected.review_threads(row["id"]))
        with_reviews = querier.fetch(services.GetListing(slug=row["slug"]).into(services.ListingWithReviews))
        assert with_reviews == expected.listing_details(row, cls=services.ListingWithReviews, reviews=reviews)
        slots = paged(querier, services.ListAvailability(service_id=row["id"]), 2)
        assert slots == expected.availability(row["id"], cls=services.ListedAvailabilitySlot, cursor="")
    listings = paged(querier, services.ListListings(), 2)
    assert listings == [
        expected.listing_details(row, cls=services.ListedListing, cursor="") for row in expected.listings()
    ]
    for row in expected.categories():
        assert querier.fetch(services.GetServiceCategory(slug=row["slug"])) == expected.category_details(row)
        below = paged(querier, services.ListListings(category=row["slug"]), 500)
        assert [each.id for each in below] == [each["id"] for each in expected.listings(category=row["slug"])]
    for row in expected.reviews():
        assert querier.fetch(services.GetReview(id=row["id"])) == expected.review_details(row)
    bookings = paged(querier, services.ListBookings(), 2)
    expected = Marketplace(database, with_unpublished=True)
    assert bookings == [expected.booking_details(row, services.ListedBooking, cursor="") for row in expected.bookings()]
    for row in expected.bookings():
        assert querier.fetch(services.GetBooking(id=row["id"])) == expected.booking_details(row)
