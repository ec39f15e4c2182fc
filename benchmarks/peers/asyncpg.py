"""asyncpg by hand: one statement for each workload that gives JSON, decoded by msgspec into structs.

The pool does not reset a connection after each call, which would be a second round trip.
"""

from typing import Any, cast
from uuid import uuid4

import asyncpg
import msgspec

from benchmarks.peers import structs
from benchmarks.peers.asyncpg_sql import (
    ADD_COMMENT,
    CREATE_POST,
    FRENCH_POST,
    LISTING_PAGE,
    NEWS,
    POST,
    POST_PAGE,
    SESSION,
    THREAD,
    THREAD_PAGE,
)
from benchmarks.peers.plain import link, new_comments, new_post, plain

_POST_PAGE = msgspec.json.Decoder(structs.PostPage)
_NEWS = msgspec.json.Decoder(list[structs.NewsPost])
_POST = msgspec.json.Decoder(structs.Post)
_THREAD = msgspec.json.Decoder(list[structs.Comment])
_COMMENT = msgspec.json.Decoder(structs.Comment)
_FRENCH_POST = msgspec.json.Decoder(structs.PostWithTranslations)
_SESSION = msgspec.json.Decoder(structs.UserSession)
_LISTING_PAGE = msgspec.json.Decoder(structs.ListingPage)


class Peer:
    """Serves the workloads."""

    plain = staticmethod(plain)

    def __init__(self, url: str, parameters: dict[str, Any], connections: int) -> None:
        self._url = url
        self._parameters = parameters
        self._connections = connections
        self._pool = cast("asyncpg.Pool", None)
        self.calls = {
            "W1": self._post_page,
            "W2": self._news,
            "W3": self._post,
            "W4": lambda: self._thread(parameters["forty_comments"]),
            "W5": lambda: self._thread(parameters["many_comments"]),
            "W6": self._add_comment,
            "W7": self._french_post,
            "W8": self._session,
            "W9": lambda: self._thread_page(parameters["other_comments"]),
            "W10": self._listing_page,
            "W11": self._create_post,
            "W12": self._add_comments,
        }

    async def open(self) -> None:
        """Connect."""
        self._pool = await asyncpg.create_pool(
            self._url, min_size=self._connections, max_size=self._connections, reset=_do_not_reset
        )

    async def close(self) -> None:
        """Disconnect."""
        await self._pool.close()

    async def _post_page(self) -> structs.PostPage | None:
        found = await self._pool.fetchval(POST_PAGE, self._parameters["slug"])
        return None if found is None else _POST_PAGE.decode(found)

    async def _news(self) -> list[structs.NewsPost]:
        return _NEWS.decode(await self._pool.fetchval(NEWS, "published", 50))

    async def _post(self) -> structs.Post | None:
        found = await self._pool.fetchval(POST, self._parameters["slug"])
        return None if found is None else _POST.decode(found)

    async def _thread(self, post_id: str) -> list[structs.Comment]:
        return link(_THREAD.decode(await self._pool.fetchval(THREAD, post_id)))

    async def _add_comment(self) -> structs.Comment:
        given = {**self._parameters["comment"], "id": uuid4().hex}
        given["content"] = msgspec.json.encode(given["content"]).decode()
        columns = ("id", "post_id", "author_name", "author_email", "content", "status", "in_language")
        return _COMMENT.decode(await self._pool.fetchval(ADD_COMMENT, *(given[name] for name in columns)))

    async def _french_post(self) -> structs.PostWithTranslations | None:
        found = await self._pool.fetchval(FRENCH_POST, self._parameters["slug"], "fr")
        return None if found is None else _FRENCH_POST.decode(found)

    async def _session(self) -> structs.UserSession | None:
        found = await self._pool.fetchval(SESSION, self._parameters["token"])
        return None if found is None else _SESSION.decode(found)

    async def _thread_page(self, post_id: str) -> list[structs.Comment]:
        return link(_THREAD.decode(await self._pool.fetchval(THREAD_PAGE, post_id, 20, 3, 3)))

    async def _listing_page(self) -> structs.ListingPage | None:
        found = await self._pool.fetchval(LISTING_PAGE, self._parameters["listing"])
        return None if found is None else _LISTING_PAGE.decode(found)

    async def _create_post(self) -> structs.Post:
        post, translations = new_post(self._parameters)
        parts = self._parameters["post_parts"]
        given = post, translations, parts["media"]
        columns, rows, media = (msgspec.json.encode(each).decode() for each in given)
        found = await self._pool.fetchval(CREATE_POST, columns, rows, parts["author_ids"], parts["category_ids"], media)
        return _POST.decode(found)

    async def _add_comments(self) -> int:
        comments = new_comments(self._parameters)
        for comment in comments:
            comment["content"] = msgspec.json.encode(comment["content"]).decode()
        rows = [tuple(comment.values()) for comment in comments]
        async with self._pool.acquire() as connection:
            await connection.copy_records_to_table("blog_comments", records=rows, columns=[*comments[0]])
        return len(rows)


async def _do_not_reset(_: object) -> None:
    pass
