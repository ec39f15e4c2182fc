"""Every query of the library, with values for its parameters that find something in the sample."""

import inspect
import types
import typing
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from types import ModuleType
from typing import Any, TypeVar

import attrs

from concordia_sql import Command, Query, Statement, auth, blog, profile, services

DOMAINS: tuple[ModuleType, ...] = (auth, profile, blog, services)

VALUES: dict[str, object] = {
    "author": "john-doe",
    "author_id": "user-1",
    "banned": False,
    "category": "category-1",
    "comment_status": "approved",
    "customer_id": "user-1",
    "day_of_week": 1,
    "depth": 2,
    "display_in_blog": True,
    "display_in_home": True,
    "display_in_menu": True,
    "expired": False,
    "from_date": "2026-01-01",
    "inviter_id": "user-1",
    "is_active": True,
    "is_featured": True,
    "is_mobile": True,
    "language": "fr",
    "languages": ["fr", "ar"],
    "limit": 20,
    "of_deleted": False,
    "open": True,
    "organization": "blog-organization-1",
    "organization_id": "organization-1",
    "post_id": "post-1",
    "post_ids": ["post-1", "post-2"],
    "price_type": "hourly",
    "provider_id": "user-1",
    "rating": 5,
    "review_status": "approved",
    "role": "owner",
    "service_id": "listing-1",
    "service_ids": ["listing-1", "listing-2"],
    "slug_contains": "post",
    "text": "john",
    "to_date": "2026-02-25",
    "user_id": "user-1",
    "with_hidden": True,
}
"""The values of parameters that mean the same in every query."""

OF_QUERY: dict[str, dict[str, object]] = {
    "auth.CountInvitations": {"email": "user-16@concordia.example", "status": "pending"},
    "auth.GetAccount": {"provider_id": "credential", "account_id": "user-1"},
    "auth.GetInvitation": {"id": "78408474-8e50-5e0a-86a8-5d6c12510b0e"},
    "auth.GetOrganization": {"id": "organization-1"},
    "auth.GetOrganizationBySlug": {"slug": "organization-1"},
    "auth.GetSession": {"token": "0af84ac2813f66c3312225f069f80c120538afea"},
    "auth.GetUser": {"id": "user-1"},
    "auth.GetUserByEmail": {"email": "user-1@concordia.example"},
    "auth.GetUserByUsername": {"username": "user1"},
    "auth.GetVerification": {"identifier": "user-1@concordia.example"},
    "auth.ListInvitations": {"email": "user-16@concordia.example", "status": "pending"},
    "blog.CountCategories": {"parent": "category-1"},
    "blog.CountCategoryPosts": {"status": "published"},
    "blog.CountComments": {"status": "approved"},
    "blog.CountCommentsByStatus": {"status": "pending"},
    "blog.CountMissingTranslations": {"language": "zh", "status": "published"},
    "blog.CountPosts": {"status": "published"},
    "blog.GetAuthor": {"slug": "john-doe"},
    "blog.GetCategory": {"slug": "category-5"},
    "blog.GetCategoryPath": {"slug": "category-5"},
    "blog.GetCategoryTree": {"top": "category-1"},
    "blog.GetComment": {"id": "comment-root"},
    "blog.GetCommentDetails": {"id": "comment-1434"},
    "blog.GetCommentPath": {"id": "comment-root"},
    "blog.GetCommentSubtree": {"id": "comment-root"},
    "blog.GetCommentThread": {"status": "approved"},
    "blog.GetMedium": {"id": "64d09ef9-54a9-5282-acb9-7c0196694228"},
    "blog.GetOrganization": {"slug": "blog-organization-1"},
    "blog.GetPost": {"slug": "my-post"},
    "blog.GetPostById": {"id": "post-1"},
    "blog.GetTranslation": {"id": "4106df3a-79f0-51e3-b35b-3f59cd148201"},
    "blog.ListCategories": {"parent": "category-1"},
    "blog.ListCategoryPosts": {"status": "published"},
    "blog.ListComments": {"status": "approved"},
    "blog.ListCommentsByStatus": {"status": "pending"},
    "blog.ListMediumPosts": {"media_id": "64d09ef9-54a9-5282-acb9-7c0196694228"},
    "blog.ListMissingTranslations": {"language": "zh", "status": "published"},
    "blog.ListPosts": {"status": "published"},
    "profile.GetProfileByUsername": {"username": "user1"},
    "services.CountBookings": {"status": "confirmed"},
    "services.CountListings": {"status": "active", "category": "service-category-1"},
    "services.CountReviews": {"status": "approved"},
    "services.CountReviewsByAuthor": {"status": "approved"},
    "services.CountReviewsByStatus": {"status": "pending"},
    "services.CountServiceCategories": {"parent": "service-category-1"},
    "services.GetAvailabilitySlot": {"id": "availability-1"},
    "services.GetBooking": {"id": "booking-1"},
    "services.GetListing": {"slug": "my-listing"},
    "services.GetListingById": {"id": "listing-1"},
    "services.GetOrganizationWithListings": {"slug": "blog-organization-1"},
    "services.GetReview": {"id": "review-120"},
    "services.GetReviewPath": {"id": "review-120"},
    "services.GetReviewSubtree": {"id": "review-1"},
    "services.GetReviewThread": {"id": "review-1", "status": "approved"},
    "services.GetServiceCategory": {"slug": "service-category-11"},
    "services.GetServiceCategoryPath": {"slug": "service-category-11"},
    "services.GetServiceCategoryTree": {"top": "service-category-1"},
    "services.GetServiceMedium": {"id": "419cb163-4554-50da-a200-e01e459f6951"},
    "services.GetServiceTranslation": {"id": "2a07118b-2faf-5d9a-9e22-820d1baeb116"},
    "services.ListBookings": {"status": "confirmed"},
    "services.ListFreeSlots": {"days": 7, "now": datetime(2026, 1, 1)},
    "services.ListMediumListings": {"media_id": "419cb163-4554-50da-a200-e01e459f6951"},
    "services.ListListings": {"status": "active", "category": "service-category-1"},
    "services.ListReviewThreads": {"status": "approved"},
    "services.ListReviews": {"status": "approved"},
    "services.ListReviewsByAuthor": {"status": "approved"},
    "services.ListReviewsByStatus": {"status": "pending"},
    "services.ListServiceCategories": {"parent": "service-category-1"},
}
"""The values of the others, by query."""

S = TypeVar("S", bound=Statement[Any])


def query_classes() -> list[type[Query[Any]]]:
    """The query classes of all domains, by name."""
    return [cls for cls in _classes() if issubclass(cls, Query)]


def command_classes() -> list[type[Command[Any]]]:
    """The command classes of all domains, by name."""
    return [cls for cls in _classes() if issubclass(cls, Command)]


def _classes() -> list[type[Statement[Any]]]:
    return sorted((cls for domain in DOMAINS for cls in _public(domain)), key=lambda cls: cls.query_name)


def _public(domain: ModuleType) -> Iterator[type[Statement[Any]]]:
    for name in domain.__all__:
        value = getattr(domain, name)
        if inspect.isclass(value) and issubclass(value, Statement):
            yield value


def example(query_class: type[S], optional: Iterable[str] = ()) -> S:
    """The query with its required parameters and these optional ones; without a value here, one of the type."""
    values = VALUES | OF_QUERY.get(query_class.query_name, {})
    hints = typing.get_type_hints(query_class)
    names = (*required(query_class), *optional)
    return query_class(**{name: values[name] if name in values else _of_type(hints[name]) for name in names})


def _of_type(hint: Any) -> object:
    """Some value of a parameter's type."""
    while typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = typing.get_args(hint)[0]
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)[0]
    return next((value for cls, value in _ANY.items() if hint is cls), [])


_ANY: dict[type, object] = {
    str: "x",
    int: 1,
    bool: True,
    float: 1.5,
    date: date(2026, 1, 1),
    datetime: datetime(2026, 1, 1),
}


def required(query_class: type[Statement[Any]]) -> list[str]:
    """The fields without a default."""
    return [field.name for field in _fields(query_class) if field.default is attrs.NOTHING]


def filters(query_class: type[Statement[Any]]) -> list[str]:
    """The fields that may be None, but for the cursor."""
    return [field.name for field in _fields(query_class) if field.default is None and field.name != "after"]


def _fields(query_class: type[Statement[Any]]) -> "tuple[attrs.Attribute[Any], ...]":
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(typing.cast("Any", query_class))
    return fields
