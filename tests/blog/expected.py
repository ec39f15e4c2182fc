"""What the queries of the blog are to give: its tables, each read by a plain SELECT and joined here."""

from collections.abc import Sequence
from typing import Any, TypeVar

import psycopg
from psycopg.rows import TupleRow

from concordia_sql import blog
from tests.support.reading import Row, grown, made, number_of, oldest_first, rows, with_tuples

T = TypeVar("T")
Connection = psycopg.Connection[TupleRow]

TABLES = [
    *("blog_organizations", "blog_media", "blog_authors", "blog_categories", "blog_posts", "blog_translations"),
    *("blog_post_authors", "blog_post_categories", "blog_post_media", "blog_comments"),
]


class Blog:
    """The rows there are now that a visitor sees, or all but what is deleted, without what is below other posts."""

    def __init__(self, connection: Connection, *, with_unpublished: bool = False) -> None:
        self._status = {} if with_unpublished else {"blog_posts": "published", "blog_comments": "approved"}
        self._tables = {table: [with_tuples(row) for row in rows(connection, table)] for table in TABLES}
        seen = {row["id"] for row in self.rows("blog_posts")}
        for table in ("blog_translations", "blog_comments"):
            self._tables[table] = [row for row in self._tables[table] if row["post_id"] in seen]

    def rows(self, table: str, **equals: object) -> list[Row]:
        """The rows of a table that are seen and whose columns have these values; None stands for any value."""
        return [
            row
            for row in self._tables[table]
            if row.get("deleted_at") is None
            and (table != "blog_posts" or row["status"] != "deleted")
            and (table not in self._status or row["status"] == self._status[table])
            and all(value in (None, row[name]) for name, value in equals.items())
        ]

    def keys(self, table: str, column: str = "id") -> list[str]:
        """The ids, or slugs, of all rows, deleted ones too."""
        return [row[column] for row in self._tables[table]]

    def by_slug(self, table: str, **equals: object) -> list[Row]:
        return sorted(self.rows(table, **equals), key=lambda row: (row["slug"], row["id"]))

    def find(self, cls: type[T], table: str, key: object) -> T | None:
        """The row with this id, alone; None when there is none, or it is deleted."""
        return next((made(cls, row) for row in self.rows(table) if row["id"] == key), None)

    def _linked(self, join_table: str, own: str, key: str, other: str, table: str) -> list[Row]:
        """The rows of a table that a join table links to a row."""
        ids = [row[other] for row in self.rows(join_table, **{own: key})]
        return [row for row in self.rows(table) if row["id"] in ids]

    def posts(
        self,
        author: str | None = None,
        category: str | None = None,
        organization: str | None = None,
        language: str | None = None,
        slug_contains: str | None = None,
        **equals: object,
    ) -> list[Row]:
        """The rows that `ListPosts` is to give."""
        found = self.newest_first(self.rows("blog_posts", **equals))
        if author is not None:
            ids = {
                post for row in self.rows("blog_authors", slug=author) for post in self.post_ids("author", row["id"])
            }
            found = [row for row in found if row["id"] in ids]
        if category is not None:
            ids = {
                post
                for row in self.rows("blog_categories", slug=category)
                for post in self.post_ids("category", row["id"])
            }
            found = [row for row in found if row["id"] in ids]
        if organization is not None:
            organizations = [row["id"] for row in self.rows("blog_organizations", slug=organization)]
            found = [row for row in found if row["organization_id"] in organizations]
        if language is not None:
            ids = {row["post_id"] for row in self.rows("blog_translations", in_language=language)}
            found = [row for row in found if row["id"] in ids]
        if slug_contains is not None:
            found = [row for row in found if slug_contains.lower() in row["slug"].lower()]
        return found

    def post_ids(self, linked: str, key: str) -> set[str]:
        """The posts that the join table for `author` or `category` links to it."""
        table = {"author": "blog_post_authors", "category": "blog_post_categories"}[linked]
        return {row["post_id"] for row in self.rows(table, **{f"{linked}_id": key})}

    def newest_first(self, found: Sequence[Row]) -> list[Row]:
        return sorted(found, key=lambda row: (row["published_at"] or row["created_at"], row["id"]), reverse=True)

    def below(self, slug: str) -> set[str]:
        """The ids of a category and of all below it."""
        ids = {row["id"] for row in self.rows("blog_categories", slug=slug)}
        size = -1
        while size < len(ids):
            size = len(ids)
            ids |= {row["id"] for row in self.rows("blog_categories") if row["parent_id"] in ids}
        return ids

    def post_details(
        self,
        row: Row,
        languages: Sequence[str] | None = None,
        cls: type[blog.PostDetails] = blog.PostDetails,
        **more: object,
    ) -> blog.PostDetails:
        authors = self._linked("blog_post_authors", "post_id", row["id"], "author_id", "blog_authors")
        categories = self._linked("blog_post_categories", "post_id", row["id"], "category_id", "blog_categories")
        return made(
            cls,
            row,
            organization=self.find(blog.Organization, "blog_organizations", row["organization_id"]),
            authors=tuple(map(self.author_details, sorted(authors, key=lambda each: (each["slug"], each["id"])))),
            author_count=len(authors),
            categories=tuple(
                map(self.category_with_image, sorted(categories, key=lambda each: (each["slug"], each["id"])))
            ),
            category_count=len(categories),
            media=tuple(self.media(row["id"])),
            medium_count=len(self.media(row["id"])),
            translations=self.translations(row["id"], languages),
            translation_count=len(self.translations(row["id"], languages)),
            **more,
        )

    def translations(self, post_id: str, languages: Sequence[str] | None = None) -> tuple[blog.Translation, ...]:
        found = [
            row
            for row in self.rows("blog_translations", post_id=post_id)
            if languages is None or row["in_language"] in languages
        ]
        return tuple(made(blog.Translation, row) for row in sorted(found, key=lambda row: row["in_language"]))

    def media(self, post_id: str) -> list[blog.LinkedMedium]:
        links = sorted(
            self.rows("blog_post_media", post_id=post_id),
            key=lambda link: (number_of(link["position"]), link["media_id"], link["type"]),
        )
        return [
            made(blog.LinkedMedium, medium, link_type=link["type"], position=link["position"])
            for link in links
            for medium in self.rows("blog_media", id=link["media_id"])
        ]

    def author_details(
        self, row: Row, cls: type[blog.AuthorDetails] = blog.AuthorDetails, **more: object
    ) -> blog.AuthorDetails:
        return made(
            cls,
            row,
            avatar=self.find(blog.Medium, "blog_media", row["avatar_id"]),
            organization=self.find(blog.Organization, "blog_organizations", row["works_for_id"]),
            **more,
        )

    def author_with_posts(self, row: Row, languages: Sequence[str] | None = None) -> blog.AuthorDetails:
        ids = self.post_ids("author", row["id"])
        posts = [
            made(
                blog.PostWithTranslations,
                post,
                translations=self.translations(post["id"], languages),
                translation_count=len(self.translations(post["id"], languages)),
            )
            for post in self.posts()
            if post["id"] in ids
        ]
        return self.author_details(row, blog.AuthorWithPosts, posts=tuple(posts), post_count=len(posts))

    def category_with_image(self, row: Row) -> blog.CategoryWithImage:
        return made(
            blog.CategoryWithImage, row, featured_image=self.find(blog.Medium, "blog_media", row["featured_image_id"])
        )

    def category_details(
        self, row: Row, cls: type[blog.CategoryDetails] = blog.CategoryDetails, **more: object
    ) -> blog.CategoryDetails:
        children = [each for each in self.by_slug("blog_categories") if each["parent_id"] == row["id"]]
        return made(
            cls,
            row,
            featured_image=self.find(blog.Medium, "blog_media", row["featured_image_id"]),
            parent=self.find(blog.Category, "blog_categories", row["parent_id"]),
            children=tuple(made(blog.Category, each) for each in children),
            child_count=len(children),
            **more,
        )

    def categories(self, parent: str | None = None, **equals: object) -> list[Row]:
        """The rows that `ListCategories` is to give."""
        ids = [row["id"] for row in self.rows("blog_categories", slug=parent)]
        found = self.by_slug("blog_categories", **equals)
        return found if parent is None else [row for row in found if row["parent_id"] in ids]

    def authors(self, organization: str | None = None, **equals: object) -> list[Row]:
        """The rows that `ListAuthors` is to give."""
        ids = [row["id"] for row in self.rows("blog_organizations", slug=organization)]
        found = self.by_slug("blog_authors", **equals)
        return found if organization is None else [row for row in found if row["works_for_id"] in ids]

    def comments(self, **equals: object) -> list[Row]:
        return oldest_first(self.rows("blog_comments", **equals))

    def comment_details(
        self, row: Row, cls: type[blog.CommentDetails] = blog.CommentDetails, **more: object
    ) -> blog.CommentDetails:
        return made(
            cls,
            row,
            parent=self.find(blog.Comment, "blog_comments", row["parent_id"]),
            post=self.find(blog.Post, "blog_posts", row["post_id"]),
            **more,
        )

    def comment_thread(self, post_id: str, status: str | None = None) -> list[blog.CommentNode]:
        found = self.comments(post_id=post_id, status=status)
        ids = {row["id"] for row in found}
        return [
            grown(blog.CommentNode, row, found, "replies")
            for row in found
            if row["parent_id"] == row["id"] or row["parent_id"] not in ids
        ]

    def comment(self, row: Row) -> blog.CommentNode:
        return grown(blog.CommentNode, row, self.comments(), "replies")


def listed(cls: type[T], row: Any, **more: object) -> T:
    """The row of a list, its cursor emptied, as `paged` gives it."""
    return made(cls, row, cursor="", **more)
