"""Random commands, and rows of other writers. There are few ids and values, so that commands meet."""

import types
import typing
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from random import Random
from typing import Any

import attrs
from msgspec import UnsetType

from concordia_sql import Affected, Batched, Command, ParameterError, auth, blog, profile, services
from concordia_sql.engine.conversions import conversion
from tests.support.model import TABLES, Model, Row
from tests.support.rules import COMMANDS, PARTS

MANY = {"blog_comments": 6, "services_reviews": 6}
"""How many ids there are in a table: 4, if not here."""
IDS = {"user_id": "user", "member_id": "member", "kept_id": "session", "author_ids": "blog_authors"}
IDS |= {"category_ids": "blog_categories"}
"""The table of an id that is no column of the command's own table."""
CHOICES: dict[str, Sequence[object]] = {
    "slug": ["a", "b", "c", "d"],
    "email": ["ann@example.com", "Ann@example.com", "bob@example.com", "سارة@example.com"],
    "username": ["ann", "bob", "سارة"],
    "token": ["t", "u", "v", "w"],
    "provider_id": ["credential", "github"],
    "account_id": ["1", "2"],
    "identifier": ["i", "j"],
    "value": ["1", "2"],
    "code": ["1", "2"],
    "role": ["owner", "member", "admin,owner"],
    "in_language": ["fr", "ar"],
    "start_time": ["09:00", "10:00"],
    "end_time": ["11:00", "12:00"],
}
MOMENTS = [datetime(2000, 1, 1), datetime(2100, 1, 1)]
"""The past and the future."""
DISTINCT = {blog.ModerateComments, services.ModerateReviews}
"""Commands whose docstrings do not say what happens to a row that is given twice."""

BATCHES = {
    (cls, name)
    for cls in COMMANDS
    if issubclass(cls, Batched) and ("in_batches" in cls._fields or not issubclass(cls, Affected))
    for name in ("limit", "in_batches")
}
"""What bounds a delete: it has tests of its own."""


def ids(table: str) -> list[str]:
    return [f"{table}-{number}" for number in range(MANY.get(table, 4))]


def choices(table: str, name: str, hint: Any) -> list[object]:
    """Values of a field: few, so that commands meet."""
    nothing = [None] if type(None) in typing.get_args(hint) else []
    if other := table_of(table, name):
        return [*ids(other), *nothing]
    return [*CHOICES[name], *nothing] if name in CHOICES else _fitting(hint)


def _fitting(hint: Any) -> list[object]:
    """Values of any type: of each of those of a union."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    plain: dict[object, list[object]] = {
        bool: [True, False],
        datetime: [*MOMENTS],
        dict: [{"fr": "Bonjour", "ar": "مرحبا", "en": None}, {}],
        int: [1, 2, 5],
        str: ["text", "نص 🎉"],
        tuple: [("un", "deux"), ()],
        Sequence: [("/a.html", "https://b.example"), ()],
        type(None): [None],
        UnsetType: [],
    }
    if origin is typing.Literal:
        return [*arguments]
    if origin is typing.Annotated:
        convert = conversion(hint)
        if convert is None or arguments[0] is not str:
            return _fitting(arguments[0])
        return [value for value in FORMS if _converts(convert, value)]
    if origin in (types.UnionType, typing.Union):
        return [value for each in arguments for value in _fitting(each)]
    return plain[origin or hint]


FORMS = ["text", "نص 🎉", "pt-BR", "50.00", "0", "EUR", "09:00", "17:30", "2026-03-15", "/a.jpg"]
"""Texts of every kind of value."""


def _converts(convert: Callable[[Any], Any], value: str) -> bool:
    try:
        return bool(convert(value))
    except ParameterError:
        return False


def table_of(table: str, name: str) -> str | None:
    """The table of the ids in a field, if it has any."""
    references = TABLES[table].references
    if name == "id":
        return table
    return references[name].table if name in references else IDS.get(name)


@attrs.frozen
class Maker:
    """Makes commands and rows that may or may not fit what the model holds."""

    random: Random
    model: Model

    def any_command(self, commands: Iterable[type[Command[Any]]]) -> Command[Any]:
        cls = self.random.choice([*commands])
        made: Command[Any] = self._made(cls, COMMANDS[cls][0])
        return made

    def any_row(self) -> tuple[str, Row]:
        """A row as no command writes it: deleted by status alone, a reply to what belongs to another, a booking."""
        table = self.random.choice(
            ["blog_posts", "blog_comments", "services_listings", "services_reviews", "services_bookings"]
        )
        columns = {name: self._id(rule.table) for name, rule in TABLES[table].references.items()}
        row: Row = {**columns, "id": self.random.choice(ids(table)), "status": "pending"}
        if ("slug",) in TABLES[table].unique:
            row |= {"slug": self.random.choice(CHOICES["slug"]), "status": "deleted"}
        if row.get("parent_id") == row["id"]:
            row["parent_id"] = None
        return table, row

    def _made(self, cls: Any, table: str) -> Any:
        """An object of the class: what it must have, often what is unique or refers to others, some of the rest."""
        hints = typing.get_type_hints(cls, include_extras=True)
        often = {*IDS, *TABLES[table].references, *(name for key in TABLES[table].unique for name in key)}
        values: Row = {}
        for name, field in attrs.fields_dict(cls).items():
            if (cls, name) in BATCHES:
                continue
            chance = 0.6 if name in often or field.default == () else 0.15
            if name == "id" and field.default is not attrs.NOTHING:  # of a new row
                values[name] = self._id(table, chance=0.2)
            elif field.default is attrs.NOTHING or self.random.random() < chance:
                values[name] = self._value(cls, table, name, hints[name])
        return cls(**values)

    def _value(self, cls: Any, table: str, name: str, hint: Any) -> Any:
        if typing.get_origin(hint) is Sequence:
            return self._values(cls, name, typing.get_args(hint)[0])
        other, options = table_of(table, name), choices(table, name, hint)
        return (
            self._id(other)
            if other and (None not in options or self.random.random() < 0.7)
            else self.random.choice(options)
        )

    def _values(self, cls: Any, name: str, item: Any) -> list[Any]:
        number = self.random.randrange(4)
        if not attrs.has(item):
            return [self._id(IDS[name]) if name in IDS else f"/{each}.html" for each in range(number)]
        rows = [self._made(item, PARTS[item]) for _ in range(number)]
        return [*{row.id: row for row in rows}.values()] if cls in DISTINCT else rows

    def _id(self, table: str, chance: float = 0.7) -> str:
        """With this chance, of a row that is there."""
        there: list[str] = [row["id"] for row in self.model.find(table)]
        return self.random.choice(there if there and self.random.random() < chance else ids(table))


def first(cls: Any, number: int = 0, **given: object) -> Any:
    """A command with the choice of this number for the id and for what else it needs."""
    table, hints = COMMANDS[cls][0], typing.get_type_hints(cls, include_extras=True)
    for field in attrs.fields(cls):
        if field.name not in given and (field.default is attrs.NOTHING or field.name in ("id", "member_id")):
            options = choices(table, field.name, hints[field.name])
            given[field.name] = options[number % len(options)]
    return cls(**given)


def start() -> list[Command[Any]]:
    """Two of most things, so that commands find some."""
    both = [
        *(auth.CreateUser, auth.CreateSession, auth.CreateAccount, auth.PutVerification, auth.CreateOrganization),
        *(auth.InviteMember, profile.PutProfile),
        *(blog.CreateOrganization, blog.CreateMedium, blog.CreateAuthor, blog.CreateCategory, blog.CreatePost),
        *(blog.PutTranslation, blog.LinkPostAuthor, blog.LinkPostCategory, blog.LinkPostMedium, blog.AddComment),
        *(services.CreateServiceMedium, services.CreateServiceCategory, services.CreateListing),
        *(services.PutServiceTranslation, services.LinkServiceMedium, services.CreateAvailabilitySlot),
        services.AddReview,
    ]
    return [
        *(first(cls, number) for cls in both for number in range(2)),
        first(auth.AddMember, 2, organization_id="organization-0", user_id="user-1"),
        first(auth.ChangeSession, active_organization_id="organization-0"),
        first(blog.ChangeAuthor, avatar_id="blog_media-0", works_for_id="blog_organizations-0"),
        first(blog.ChangeCategory, featured_image_id="blog_media-0"),
        first(blog.ChangePost, organization_id="blog_organizations-0"),
        first(blog.MoveCategory, 1, parent_id="blog_categories-0"),
        first(blog.CreateCategory, 2, parent_id="blog_categories-1"),
        first(blog.AddComment, 2, post_id="blog_posts-0", parent_id="blog_comments-0"),
        first(blog.AddComment, 3, post_id="blog_posts-0", parent_id="blog_comments-2"),
        first(blog.SoftDeleteComment),
        first(services.MoveServiceCategory, 1, parent_id="services_categories-0"),
        first(services.ChangeServiceCategory, featured_image_id="services_media-0"),
        first(services.ChangeListing, category_id="services_categories-0", organization_id="blog_organizations-0"),
        first(services.CreateServiceCategory, 2, parent_id="services_categories-1"),
        first(services.AddReview, 2, service_id="services_listings-0", parent_id="services_reviews-0"),
        first(services.AddReview, 3, service_id="services_listings-0", parent_id="services_reviews-2"),
        first(services.SoftDeleteReview),
    ]
