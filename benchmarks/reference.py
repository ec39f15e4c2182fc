"""What each workload must give: plain SELECTs of single tables, joined in Python. It knows no statement of any peer."""

import datetime
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from benchmarks.workloads import Form

Row = dict[str, Any]
Columns = Mapping[str, Mapping[str, str]]


def read(connection: psycopg.Connection[Any], workload: str, parameters: Mapping[str, Any], result: Any = None) -> Any:
    """The objects of a workload as plain data; for W6 and W11 of what `result`, a peer's, names."""
    return _READERS[workload](_Reader(connection), {**parameters, "result": result})


class _Reader:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def rows(self, table: str, /, order: LiteralString = "1", **equals: Any) -> list[Row]:
        conditions = [
            SQL("{} IS NULL" if value is None else "{} = {}").format(Identifier(name), value)
            for name, value in equals.items()
        ]
        condition = SQL(" AND ").join(conditions)
        query = SQL("SELECT * FROM {} WHERE {} ORDER BY ").format(Identifier(table), condition) + SQL(order)
        return self._connection.cursor(row_factory=dict_row).execute(query).fetchall()

    def one(self, table: str, **equals: Any) -> Row:
        (row,) = self.rows(table, **equals)
        return row

    def maybe(self, table: str, key: str | None) -> Row | None:
        return None if key is None else self.one(table, id=key)

    def post(self, slug: str) -> Row:
        post = self.one("blog_posts", slug=slug)
        assert _is_visible(post)
        return post

    def french_post(self, slug: str) -> Row:
        post = self.post(slug)
        return {**post, "translations": self.rows("blog_translations", post_id=post["id"], in_language="fr")}

    def session(self, token: str) -> Row:
        session = self.one("session", token=token)
        return {**session, "user": self.one("user", id=session["user_id"])}

    def newest(self) -> list[Row]:
        posts = filter(_is_visible, self.rows("blog_posts", status="published"))
        by_time = sorted(posts, key=lambda post: (post["published_at"] or post["created_at"], post["id"]))
        return by_time[: -50 - 1 : -1]

    def page(self, post: Row, *, news: bool = False) -> Row:
        links = self.rows("blog_post_authors", post_id=post["id"])
        authors = [self.one("blog_authors", id=link["author_id"]) for link in links]
        for author in authors:
            author["organization"] = self.maybe("blog_organizations", author["works_for_id"])
            author["avatar"] = self.maybe("blog_media", author["avatar_id"]) if news else None
        links = self.rows("blog_post_categories", post_id=post["id"])
        categories = [self.one("blog_categories", id=link["category_id"]) for link in links]
        translations = self.rows("blog_translations", post_id=post["id"])
        media = self.media("blog_post_media", "blog_media", post_id=post["id"]) if news else []
        return {**post, "authors": authors, "categories": categories, "translations": translations, "media": media}

    def media(self, links: str, media: str, **owner: Any) -> list[Row]:
        return [
            {**self.one(media, id=link["media_id"]), "link_type": link["type"], "position": link["position"]}
            for link in self.rows(links, **owner)
        ]

    def thread(self, post_id: str) -> list[Row]:
        rows = self.rows("blog_comments", order="created_at, id", post_id=post_id)
        comments = [row for row in rows if row["deleted_at"] is None and row["status"] == "approved"]
        replies = defaultdict(list)
        for comment in comments:
            replies[comment["parent_id"]].append(comment)
        for comment in comments:
            comment["replies"] = replies[comment["id"]]
        return replies[None]

    def thread_page(self, limit: int, depth: int, **equals: Any) -> list[Row]:
        equals |= {"status": "approved", "deleted_at": None}
        comments = self.rows("blog_comments", order="created_at, id", **equals)[:limit]
        for comment in comments:
            comment["replies"] = self.thread_page(3, depth - 1, parent_id=comment["id"]) if depth else []
        return comments

    def listing(self, slug: str) -> Row:
        listing = self.one("services_listings", slug=slug)
        assert _is_visible(listing)
        reviews = self.rows("services_reviews", service_id=listing["id"], status="approved")
        ratings = [row["rating"] for row in reviews if row["deleted_at"] is None and row["parent_id"] is None]
        ratings = [rating for rating in ratings if 1 <= rating <= 5]
        return {
            **listing,
            "category": self.maybe("services_categories", listing["category_id"]),
            "organization": self.maybe("blog_organizations", listing["organization_id"]),
            "translations": self.rows("services_translations", service_id=listing["id"]),
            "media": self.media("services_media_links", "services_media", service_id=listing["id"]),
            "availability": self.rows("services_availability", service_id=listing["id"]),
            "rating_summary": {
                "count": len(ratings),
                "average": round(sum(ratings) / len(ratings), 2) if ratings else None,
                "distribution": [ratings.count(stars) for stars in range(1, 6)],
            },
        }


def _is_visible(row: Row) -> bool:
    return row["deleted_at"] is None and row["status"] in ("published", "active")


_READERS: Mapping[str, Callable[[_Reader, Mapping[str, Any]], Any]] = {
    "W1": lambda reader, given: reader.page(reader.post(given["slug"])),
    "W2": lambda reader, _: [reader.page(post, news=True) for post in reader.newest()],
    "W3": lambda reader, given: reader.post(given["slug"]),
    "W4": lambda reader, given: reader.thread(given["forty_comments"]),
    "W5": lambda reader, given: reader.thread(given["many_comments"]),
    "W6": lambda reader, given: {**reader.one("blog_comments", id=given["result"]["id"]), **given["comment"]},
    "W7": lambda reader, given: reader.french_post(given["slug"]),
    "W8": lambda reader, given: reader.session(given["token"]),
    "W9": lambda reader, given: reader.thread_page(20, 3, post_id=given["other_comments"], parent_id=None),
    "W10": lambda reader, given: reader.listing(given["listing"]),
    "W11": lambda reader, given: {**reader.one("blog_posts", id=given["result"]["id"]), **given["post"]},
    "W12": lambda *_: {},
}


def stored(
    connection: psycopg.Connection[Any], workload: str, parameters: Mapping[str, Any], result: Any
) -> tuple[Any, Any]:
    """What a peer's write left in the tables beside its result, and what it was given."""
    reader = _Reader(connection)
    if workload == "W11":
        parts, owner = parameters["post_parts"], {"post_id": result["id"]}
        found = {
            "translations": _like(parts["translations"], reader.rows("blog_translations", "in_language", **owner)),
            "author_ids": [row["author_id"] for row in reader.rows("blog_post_authors", "author_id", **owner)],
            "category_ids": [row["category_id"] for row in reader.rows("blog_post_categories", "category_id", **owner)],
            "media": _like(parts["media"], reader.rows("blog_post_media", "media_id", **owner)),
        }
        return found, parts
    if workload == "W12":
        comment = parameters["comment"]
        comments = [{**comment, "content": {"en": f"Comment {number}"}} for number in range(parameters["new_comments"])]
        by_number = "length(content ->> 'en'), content ->> 'en'"
        rows = reader.rows("blog_comments", by_number, author_email=comment["author_email"])
        return _like(comments, rows), comments
    return None, None


def _like(given: list[Row], rows: list[Row]) -> list[Row]:
    """The rows with the columns that were given."""
    return [{name: row[name] for name in given[0]} for row in rows]


def canonical(value: Any, form: Form, columns: Columns, *, ordered: bool = True) -> Any:
    """Plain data as it is compared: exactly the form's fields, one spelling for a time, relations in one order.

    The order of posts and of replies counts; that of other relations does not, as not every peer can ask for one.
    """
    if value is None:
        return None
    if isinstance(value, list):
        items = [canonical(item, form, columns) for item in value]
        return items if ordered else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    types = columns[form.table] if form.table else {}
    plain = {name: _scalar(value[name], types[name]) for name in types}
    plain |= {name: _links(plain[name]) for name in plain.keys() & {"same_as"}}
    plain |= {name: value[name] for name in form.fields}
    for name, relation in form.relations.items():
        plain[name] = canonical(value[name], relation, columns, ordered=False)
    if form.is_tree:
        plain["replies"] = canonical(value["replies"], form, columns)
    return plain


def difference(actual: Any, expected: Any, path: str) -> str | None:
    """The path of the first difference, which starts with `path`; None when there is none."""
    if type(actual) is not type(expected) and {type(actual), type(expected)} != {int, float}:
        return path
    if isinstance(expected, dict):
        found = (difference(actual[name], expected[name], f"{path}.{name}") for name in expected)
        return next(filter(None, found), None) if actual.keys() == expected.keys() else path
    if isinstance(expected, list):
        pairs = enumerate(zip(actual, expected, strict=False))
        found = (difference(one, another, f"{path}[{index}]") for index, (one, another) in pairs)
        return next(filter(None, found), None) if len(actual) == len(expected) else path
    return None if actual == expected else path


def _links(value: Any) -> Any:
    """Links as a list: other writers store one alone, too, or a list that is encoded twice."""
    if isinstance(value, str):
        return json.loads(value) if value.startswith("[") else [value]
    return value


def _scalar(value: Any, type_name: str) -> Any:
    if value is None or not type_name.startswith("timestamp"):
        return value
    time = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(value)
    return time.isoformat(timespec="microseconds")
