"""Random databases: few rows, with all edge cases among them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from tests.support.rows import insert

TABLES = [
    *("user", "organization", "session", "account", "member", "invitation", "profile"),
    *("blog_organizations", "blog_media", "blog_authors", "blog_categories", "blog_posts", "blog_translations"),
    *("blog_post_authors", "blog_post_categories", "blog_post_media", "blog_comments"),
    *("services_media", "services_categories", "services_listings", "services_translations", "services_media_links"),
    *("services_reviews", "services_availability", "services_bookings"),
]
"""In the order in which they can be filled."""

UNENFORCED = {
    ("session", "active_organization_id"): "organization",
    ("services_listings", "provider_id"): "user",
    ("services_reviews", "author_id"): "user",
    ("services_bookings", "customer_id"): "user",
    ("services_bookings", "provider_id"): "user",
}
"""References that no foreign key enforces: some lead nowhere."""

TEXTS: list[Any] = [
    "Bonjour",
    "",
    {"fr": "Bonjour", "en": "Hello"},
    {"ar": "مرحبا", "zh": None},
    {"fr": ""},
    {},
    {"fr": "👩‍🍳"},
]
KEYWORDS = [*TEXTS, {"fr": ["mot", "clé"]}, {"fr": [], "en": "a, b"}, ["un", "🎉"], []]
FORMS = {
    "seo_keywords": KEYWORDS,
    "same_as": [["https://a.example"], [], "https://a.example"],
    "address": [{"city": "Lyon", "lines": [1, None, {"x": True}]}, {}, "1 rue de la Paix"],
}
"""The values of jsonb columns. The others hold texts."""

CHOICES: dict[str, list[Any]] = {
    "status": ["draft", "published", "deleted", "pending", "approved", "rejected", "active", "another"],
    "in_language": ["fr", "en", "ar", "pt-BR"],
    "position": ["0", "2", "10", "x", ""],
    "rating": [0, 1, 3, 5],
    "day_of_week": [0, 1, 6],
    "role": ["owner", "member", "owner,admin"],
    "booking_date": ["2026-03-15", "2026-03-16"],
    "booking_time": ["09:00", "10:00"],
}
MOMENTS = [datetime(2026, 1, 1), datetime(2026, 1, 1) + timedelta(microseconds=1), datetime(2100, 1, 1, 12)]
"""Few, so that orders have ties; the past and the future."""


def fill(connection: psycopg.Connection[Any], random: Random) -> None:
    """Empty all tables and fill them anew.

    A row's parent is an earlier row or, for the last of a table, often the row itself. Longer cycles have tests of
    their own.
    """
    connection.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, TABLES))))
    filled: dict[str, list[str]] = {}
    references = _references(connection)
    columns = _columns(connection)
    for table in TABLES:
        filled[table] = []
        for _ in range(random.choice([0, 1, 3, 6]) if random.random() < 0.2 else 6):
            values = {name: value(random, filled) for name, value in columns[table].items()}
            for name, target in references.items():
                if name[0] == table and name[1] in values:
                    values[name[1]] = _reference(random, filled[target], name in UNENFORCED)
            try:
                filled[table].append(insert(connection, table, values).get("id", ""))
            except (psycopg.errors.UniqueViolation, psycopg.errors.NotNullViolation):
                continue  # a join made twice, or nothing there to refer to: this row is not to be
        for name in references:
            if name == (table, "parent_id") and filled[table] and random.random() < 0.5:
                update = SQL("UPDATE {} SET parent_id = id WHERE id = %s").format(Identifier(table))
                connection.execute(update, [filled[table][-1]])


def _reference(random: Random, ids: list[str], is_unenforced: bool) -> str | None:
    if is_unenforced and random.random() < 0.3:
        return "gone"
    return random.choice([*ids, random.choice(ids)]) if ids and random.random() < 0.85 else None


def _references(connection: psycopg.Connection[Any]) -> dict[tuple[str, str], str]:
    """The table that each column refers to."""
    found = connection.execute(
        """
        SELECT c.relname, a.attname, f.relname
        FROM pg_constraint AS k
        INNER JOIN pg_class AS c ON c.oid = k.conrelid
        INNER JOIN pg_class AS f ON f.oid = k.confrelid
        INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f'
        """
    ).fetchall()
    return {(table, column): target for table, column, target in found} | UNENFORCED


Value = Callable[[Random, dict[str, list[str]]], object]


def _columns(connection: psycopg.Connection[Any]) -> dict[str, dict[str, Value]]:
    """The values of a column. `insert` fills those that are not here."""
    columns: dict[str, dict[str, Value]] = {table: {} for table in TABLES}
    query = "SELECT * FROM information_schema.columns WHERE table_schema = 'public'"
    for row in connection.cursor(row_factory=dict_row).execute(query):
        name, table = row["column_name"], row["table_name"]
        if table in columns and (value := _value(name, row["data_type"], row["is_nullable"] == "YES")):
            columns[table][name] = value
    return columns


def _value(name: str, type_name: str, is_nullable: bool) -> Value | None:
    options: list[Any] | None = None
    if type_name == "jsonb":
        options = FORMS.get(name, TEXTS) + ([Jsonb(None)] if is_nullable else [])
    elif type_name.startswith("timestamp"):
        options = MOMENTS
    elif type_name == "boolean":
        options = [True, False]
    elif name in CHOICES:
        options = CHOICES[name]
    elif name.endswith("_id") or (type_name == "text" and is_nullable and name not in ("username", "email")):
        options = ["", "text", "نص 🎉", "100"]
    if options is None:
        return None
    rare = 0.85 if name == "deleted_at" else 0.3
    return lambda random, _: None if is_nullable and random.random() < rare else random.choice(options)
