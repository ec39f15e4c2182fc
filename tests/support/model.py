"""A model of the commands in plain Python: rows by table and key, and the rules of each command.

It does not use the statements that are tested.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal, TypeAlias, cast

import attrs
from msgspec import UNSET

from concordia_sql import Command, Conflict, MissingReference

Row: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, dict[tuple[Any, ...], Row]]

NOW = datetime(2050, 1, 1)
A_DAY_AGO = datetime(2049, 12, 31)
"""What a row has where the time of the transaction belongs: later than any, and before what counts as the future."""


@attrs.frozen
class Reference:
    """What a column refers to, and what becomes of its row when that is deleted."""

    table: str
    on_delete: Literal["delete", "detach", "inherit", "keep"] = "detach"
    """`inherit`: it gets the parent of the one that is deleted."""
    is_enforced: bool = True


own = partial(Reference, on_delete="delete")
user = Reference("user", on_delete="keep", is_enforced=False)


@attrs.frozen
class Table:
    """The rules of a table."""

    key: tuple[str, ...] = ("id",)
    unique: Sequence[tuple[str, ...]] = ()
    references: Mapping[str, Reference] = attrs.field(factory=dict)
    defaults: Row = attrs.field(factory=dict)
    """The defaults of a new row."""
    stamps: Sequence[str] = ("created_at", "updated_at")

    @property
    def natural_key(self) -> tuple[str, ...]:
        """What tells its rows apart to those who do not know their ids."""
        return self.unique[0] if self.unique else self.key


CREATED = ("created_at",)
TABLES = {
    "user": Table(unique=[("email",), ("username",)]),
    "session": Table(
        unique=[("token",)],
        references={
            "user_id": own("user"),
            "active_organization_id": Reference("organization", is_enforced=False),
        },
    ),
    "account": Table(unique=[("provider_id", "account_id")], references={"user_id": own("user")}),
    "verification": Table(defaults={"used_at": None}),
    "organization": Table(unique=[("slug",)], stamps=CREATED),
    "member": Table(
        unique=[("organization_id", "user_id")],
        references={"organization_id": own("organization"), "user_id": own("user")},
        stamps=CREATED,
    ),
    "invitation": Table(
        references={"organization_id": own("organization"), "inviter_id": own("user")},
        defaults={"status": "pending"},
        stamps=CREATED,
    ),
    "profile": Table(unique=[("user_id",)], references={"user_id": own("user")}, defaults={"preferred_language": "fr"}),
    "blog_organizations": Table(unique=[("slug",)]),
    "blog_media": Table(),
    "blog_authors": Table(
        unique=[("slug",), ("email",)],
        references={"avatar_id": Reference("blog_media"), "works_for_id": Reference("blog_organizations")},
    ),
    "blog_categories": Table(
        unique=[("slug",)],
        references={
            "featured_image_id": Reference("blog_media"),
            "parent_id": Reference("blog_categories", "inherit"),
        },
    ),
    "blog_posts": Table(
        unique=[("slug",)],
        references={"organization_id": Reference("blog_organizations")},
        defaults={"deleted_at": None},
    ),
    "blog_translations": Table(unique=[("post_id", "in_language")], references={"post_id": own("blog_posts")}),
    "blog_post_authors": Table(
        key=("post_id", "author_id"),
        references={"post_id": own("blog_posts"), "author_id": own("blog_authors")},
        stamps=(),
    ),
    "blog_post_categories": Table(
        key=("post_id", "category_id"),
        references={"post_id": own("blog_posts"), "category_id": own("blog_categories")},
        stamps=(),
    ),
    "blog_post_media": Table(
        key=("post_id", "media_id", "type"),
        references={"post_id": own("blog_posts"), "media_id": own("blog_media")},
        stamps=(),
    ),
    "blog_comments": Table(
        references={"post_id": own("blog_posts"), "parent_id": Reference("blog_comments")},
        defaults={"deleted_at": None},
    ),
    "services_media": Table(),
    "services_categories": Table(
        unique=[("slug",)],
        references={
            "featured_image_id": Reference("services_media"),
            "parent_id": Reference("services_categories", "inherit"),
        },
    ),
    "services_listings": Table(
        unique=[("slug",)],
        references={
            "category_id": Reference("services_categories"),
            "organization_id": Reference("blog_organizations"),
            "provider_id": user,
        },
        defaults={"deleted_at": None},
    ),
    "services_translations": Table(
        unique=[("service_id", "in_language")], references={"service_id": own("services_listings")}
    ),
    "services_media_links": Table(
        key=("service_id", "media_id", "type"),
        references={"service_id": own("services_listings"), "media_id": own("services_media")},
        stamps=(),
    ),
    "services_reviews": Table(
        references={
            "service_id": own("services_listings"),
            "parent_id": Reference("services_reviews"),
            "author_id": user,
        },
        defaults={"deleted_at": None},
    ),
    "services_availability": Table(
        unique=[("service_id", "day_of_week", "start_time")],
        references={"service_id": own("services_listings")},
        stamps=CREATED,
    ),
    "services_bookings": Table(
        references={"service_id": own("services_listings"), "customer_id": user, "provider_id": user}
    ),
}


class Rejected(Exception):
    """A command is to raise this error, with any of these details."""

    def __init__(self, error: type[Exception], *details: tuple[object, ...]) -> None:
        self.error = error
        self.details = details or ((),)


class Model:
    """All rows, and the effect of commands on them."""

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables: Tables = tables or {table: {} for table in TABLES}
        self._conflicts: list[tuple[object, ...]] = []
        self._written: list[tuple[str, Row]] = []
        self._given: Command[Any] | None = None

    def copy(self) -> "Model":
        """Another one with the same rows."""
        return Model({table: {key: dict(row) for key, row in rows.items()} for table, rows in self.tables.items()})

    @contextlib.contextmanager
    def running(self, command: Command[Any]) -> Iterator[None]:
        """Raises Rejected for the keys and references that the command breaks, conflicts first."""
        self._conflicts, self._written, self._given = [], [], command
        yield
        if self._conflicts:
            raise Rejected(Conflict, *self._conflicts)
        if missing := list(self._missing()):
            raise Rejected(MissingReference, *missing)

    def find(self, table: str, **equals: object) -> list[Row]:
        """The rows with these values."""
        return [row for row in self.tables[table].values() if has(row, equals)]

    def get(self, table: str, **equals: object) -> Row | None:
        return next(iter(self.find(table, **equals)), None)

    def insert(self, table: str, values: Row) -> Row:
        rules = TABLES[table]
        row = {**rules.defaults, **values, **dict.fromkeys(rules.stamps, NOW)}
        self._check(table, row, [rules.key, *rules.unique])
        self.tables[table].setdefault(tuple(row[name] for name in rules.key), row)
        self._written.append((table, row))
        return row

    def change(self, table: str, row: Row, values: Row) -> Row:
        rules = TABLES[table]
        row |= values
        row |= {name: NOW for name in rules.stamps if name == "updated_at"}
        self._check(table, row, [key for key in rules.unique if values.keys() & set(key)])
        self._written.append((table, row))
        return row

    def delete(self, table: str, rows: Sequence[Row]) -> Counter[str]:
        """Delete rows with those that belong to them, and detach others. Returns the numbers by table."""
        doomed = [(table, row) for row in rows]
        for name, row in doomed:  # grows meanwhile
            for other, column, rule in _references_to(name):
                if rule.on_delete == "delete":
                    doomed += [(other, each) for each in self.find(other, **{column: row["id"]})]
        for name, row in doomed:
            self.tables[name].pop(tuple(row[column] for column in TABLES[name].key))
        counts = Counter(name for name, _ in doomed)
        for name, row in doomed:
            for other, column, rule in _references_to(name):
                if rule.on_delete in ("detach", "inherit"):
                    heir = row["parent_id"] if rule.on_delete == "inherit" else None
                    for each in self.find(other, **{column: row["id"]}):
                        self.change(other, each, {column: heir})
                        counts[f"{other}_detached"] += 1
        return counts

    def _check(self, table: str, row: Row, keys: Sequence[tuple[str, ...]]) -> None:
        """Look for rows with the same keys, also among those of the command that have met one themselves."""
        others = [*self.tables[table].values(), *(each for name, each in self._written if name == table)]
        for key in keys:
            values = {name: row[name] for name in key}
            for other in others:
                if other is not row and None not in values.values() and has(other, values):
                    is_deleted = key == ("slug",) and not is_live(other)
                    self._conflicts.append((key, is_deleted, self._number(values)))

    def _missing(self) -> Iterator[tuple[object, ...]]:
        for table, row in self._written:
            for column, rule in TABLES[table].references.items():
                if rule.is_enforced and row[column] is not None and not self.find(rule.table, id=row[column]):
                    yield (column,), self._number({column: row[column]})

    def _number(self, values: Row) -> int | None:
        """Which of the many rows given has these values, the last if several have."""
        lists = [value for value in values_of(self._given).values() if isinstance(value, tuple)]
        rows = [(number, row) for each in lists for number, row in enumerate(each) if attrs.has(type(row))]
        missing = object()
        found = [number for number, row in rows if all(getattr(row, n, missing) == v for n, v in values.items())]
        return found[-1] if found else None


def has(row: Row, values: Row) -> bool:
    return all(row[name] == value for name, value in values.items())


def is_live(row: Row) -> bool:
    """Whether it is not deleted softly."""
    return row.get("deleted_at") is None and row.get("status") != "deleted"


def _references_to(table: str) -> Iterator[tuple[str, str, Reference]]:
    for other, rules in TABLES.items():
        for column, rule in rules.references.items():
            if rule.table == table:
                yield other, column, rule


def values_of(command: object) -> Row:
    """The fields that are given, but for those that are no columns."""
    fields = attrs.asdict(cast("Any", command), recurse=False)
    others = ("even_if_closed", "with_unpublished", "limit", "in_batches")
    return {name: value for name, value in fields.items() if value is not UNSET and name not in others}
