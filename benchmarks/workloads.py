"""The workloads: what each asks for, and the form of its result."""

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen
class Form:
    """What every peer must give of an object: a table's columns, more fields, relations with forms of their own."""

    table: str | None
    fields: tuple[str, ...] = ()
    relations: Mapping[str, "Form"] = attrs.field(factory=dict)
    is_tree: bool = False
    """Whether each object has `replies` of the same form."""

    def describe(self, columns: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        """The form as peers read it; `columns` are the tables' columns with their types."""
        names = [*(columns[self.table] if self.table else ()), *self.fields]
        relations = {name: form.describe(columns) for name, form in self.relations.items()}
        return {"columns": names, "relations": relations, "is_tree": self.is_tree}


@attrs.frozen
class Workload:
    """Something that a page or a handler does."""

    name: str
    title: str
    form: Form
    calls: int
    """How often a peer runs it in a round."""
    writes: bool = False
    has_limit: bool = True
    """Whether pgbench can run it."""


_ORGANIZATION = Form("blog_organizations")
_TRANSLATIONS = {"translations": Form("blog_translations")}
_CATEGORIES = {"categories": Form("blog_categories")}
_AUTHOR = Form("blog_authors", relations={"organization": _ORGANIZATION})
_AUTHOR_WITH_AVATAR = Form("blog_authors", relations={"organization": _ORGANIZATION, "avatar": Form("blog_media")})
_LINK = ("link_type", "position")
_PAGE = Form("blog_posts", relations={"authors": _AUTHOR, **_CATEGORIES, **_TRANSLATIONS})
_NEWS = Form(
    "blog_posts",
    relations={
        "authors": _AUTHOR_WITH_AVATAR,
        **_CATEGORIES,
        "media": Form("blog_media", fields=_LINK),
        **_TRANSLATIONS,
    },
)
_LISTING = Form(
    "services_listings",
    relations={
        "category": Form("services_categories"),
        "organization": _ORGANIZATION,
        "translations": Form("services_translations"),
        "media": Form("services_media", fields=_LINK),
        "availability": Form("services_availability"),
        "rating_summary": Form(None, fields=("count", "average", "distribution")),
    },
)
_THREAD = Form("blog_comments", is_tree=True)
_COMMENT = Form("blog_comments")

WORKLOADS: Mapping[str, Workload] = {
    workload.name: workload
    for workload in (
        Workload("W1", "A post with its authors and their organizations, categories, 4 translations", _PAGE, 100),
        Workload("W2", "The 50 newest posts, each as W1 with avatars and media", _NEWS, 10),
        Workload("W3", "A post, no relations", Form("blog_posts"), 200),
        Workload("W4", "A thread of 40 comments, as a tree", _THREAD, 100),
        Workload("W5", "A thread of 10,000 comments, as a tree", _THREAD, 5),
        Workload("W6", "Add a comment and give it back", _COMMENT, 100, writes=True),
        Workload("W7", "A post with its French translation", Form("blog_posts", relations=_TRANSLATIONS), 100),
        Workload("W8", "A session with its user", Form("session", relations={"user": Form("user")}), 200),
        Workload("W9", "A page of a thread of 200,000 comments, as a tree", _THREAD, 30),
        Workload(
            "W10", "A listing with category, organization, translations, media, availability, rating", _LISTING, 100
        ),
        Workload(
            "W11",
            "Create a post with 4 translations, 2 authors, 3 categories, 4 media, and give it back",
            Form("blog_posts"),
            30,
            writes=True,
        ),
        Workload(
            "W12",
            "Add 10,000 comments; without pgbench, which cannot send them, so in times",
            Form(None),
            1,
            writes=True,
            has_limit=False,
        ),
    )
}
GROWING = {"W2": "posts", "W5": "comments", "W9": "comments"}
"""The workloads that are timed with more and more rows, and of what."""
QUICK = ("W1", "W3", "W4")
THROUGHPUT = "W1"
